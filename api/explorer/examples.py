"""The examples: one ready operation per thing a role comes for."""

from api.explorer.example import Example

EXAMPLES: tuple[Example, ...] = (
    Example(
        key="matching",
        role="frontend",
        client="frontend",
        title_ja="求人を薦めるための一覧",
        title_en="People to recommend jobs to",
        note_ja="年齢は年代、住所は都道府県だけ。薦めるのに要る分だけを求めます。",
        note_en="An age band, not a birth date; a prefecture, not an address: only what recommending needs.",
        operation="""
            query Recommend @purpose(id: "service.matching") {
              users(first: 5) {
                edges {
                  node {
                    id
                    ageBand
                    address { prefecture }
                    workEligibility
                    residenceCard { status }
                  }
                }
                pageInfo { hasNextPage endCursor }
              }
            }
        """,
    ),
    Example(
        key="account",
        role="frontend",
        client="frontend",
        person="plain",
        title_ja="登録情報の管理：一人の連絡先",
        title_en="Account care: one person's contact data",
        note_ja="登録情報の管理のためなら、連絡先を読めます。変数 id に本人のIDを入れてください。",
        note_en="Contact data may be read to look after the account. The variable `id` names the person.",
        operation="""
            query Account($id: ID!) @purpose(id: "service.account") {
              user(id: $id) { id name { kanji roman } email phone }
            }
        """,
    ),
    Example(
        key="wrong-purpose",
        role="frontend",
        client="frontend",
        title_ja="断られる例：薦めるために電話番号",
        title_en="A refusal: a phone number for recommending",
        note_ja="同じクライアントでも、目的が違えば見えません。拒否の理由と規則が下に出ます。",
        note_en="Same client, another purpose: the field is refused, and the reason and rule appear below.",
        operation="""
            query TooMuch @purpose(id: "service.matching") {
              users(first: 3) {
                edges { node { id ageBand phone } }
              }
            }
        """,
    ),
    Example(
        key="applicants",
        role="employer",
        client="employer-a",
        title_ja="自分の応募者",
        title_en="My applicants",
        note_ja="見えるのは、この企業への提供に同意した人だけです。メールは面接に進んでから見えます。",
        note_en="Only people who consented to this employer appear; the e-mail opens at the interview.",
        operation="""
            query Applicants @purpose(id: "service.application") {
              users(first: 10) {
                edges { node { id name { kanji roman } email } }
              }
            }
        """,
    ),
    Example(
        key="receive",
        role="employer",
        client="employer-a",
        title_ja="応募者を送る：明示・経緯・同意・資料とともに",
        title_en="Sending an applicant: with notice, history, consent and evidence",
        note_ja="何度送っても受け取るのは一度だけ。会員かどうかで答えは変わりません。",
        note_en="Sent again, it is received once; the answer is the same whether the person is known or not.",
        operation="""
            mutation Send @purpose(id: "service.application") {
              receiveUsers(input: {people: [{
                user: {name: {roman: "SATO MARIA"}, email: "maria.sato@mail.example", birthDate: "1996-03-04"}
                notice: {
                  policyVersion: "1", language: "ja", shownAt: "2026-11-20T09:00:00+09:00"
                  purposes: ["service.account", "service.application"]
                }
                consent: {givenAt: "2026-11-20T09:05:00+09:00", method: TICK}
                acquiredAt: "2026-11-20T10:00:00+09:00"
                history: "Entered by the person on our careers page"
                evidence: {kind: CONTRACT, reference: "C-2026-7"}
                fairMeans: true
              }]}) {
                results { outcome received mistakes { path code message } }
              }
            }
        """,
    ),
    Example(
        key="card",
        role="employer",
        client="employer-a",
        title_ja="在留資格の確認：カード番号",
        title_en="Eligibility to work: the card number",
        note_ja="在留カードの番号は、内定を承諾した人のものだけが見えます。",
        note_en="The card number opens once the person has accepted an offer, and not before.",
        operation="""
            query Eligibility @purpose(id: "service.eligibility") {
              users(first: 10) {
                edges { node { id residenceCard { number status validUntil } } }
              }
            }
        """,
    ),
    Example(
        key="strict",
        role="employer",
        client="employer-a",
        title_ja="strict：一つでも拒否なら全部断る",
        title_en="Strict: all or nothing",
        note_ja="一部だけの答えが要らないときは strict にします。断られた操作も記録されます。",
        note_en="When a partial answer is of no use, ask strictly. A refused operation is recorded too.",
        operation="""
            query AllOrNothing @purpose(id: "service.application", strict: true) {
              users(first: 10) {
                edges { node { id name { roman } residenceCard { number } } }
              }
            }
        """,
    ),
    Example(
        key="me",
        role="user",
        client="frontend",
        person="busy",
        title_ja="自分の情報と、だれが見たか",
        title_en="My data, and who has seen it",
        note_ja="本人として：自分の登録情報と、それを見た記録を読みます。",
        note_en="As the person: one's own data, and the record of everyone who has seen it.",
        operation="""
            query Me @purpose(id: "service.account") {
              me {
                id
                name { kanji roman }
                email
                accesses(first: 10) {
                  edges { node { at client purpose recipient outcome } }
                }
              }
            }
        """,
    ),
    Example(
        key="accesses",
        role="auditor",
        client="auditor",
        title_ja="だれが、何のために見たか",
        title_en="Who saw what, and why",
        note_ja="利用記録を新しい順に読みます。値は記録されず、項目の名前だけが残ります。",
        note_en="The ledger, newest first. It keeps the names of fields and never their values.",
        operation="""
            query Ledger @purpose(id: "compliance.security") {
              accesses(first: 20) {
                edges { node { id at client role purpose recipient operation outcome code users } }
              }
            }
        """,
    ),
    Example(
        key="disclosure",
        role="privacy_officer",
        client="privacy-desk",
        person="busy",
        title_ja="開示の請求：一人の情報と提供記録",
        title_en="A disclosure request: one person, and to whom their data went",
        note_ja="開示等の請求に答えるための情報と、第三者に提供した記録を一度に読みます。",
        note_en="What a request under the law needs: the data, and every provision to a third party.",
        operation="""
            query Disclosure($id: ID!) @purpose(id: "compliance.requests") {
              user(id: $id) {
                id
                name { kanji kana roman }
                emailMasked
                phoneMasked
                registeredAt
              }
              provisions(user: $id, first: 20) {
                edges { node { recipientName items basis consentedAt providedOn retainUntil } }
              }
            }
        """,
    ),
    Example(
        key="purposes",
        role="policy_admin",
        client="policy-admin",
        title_ja="利用目的と、施行中の規則",
        title_en="The purposes, and the rules in force",
        note_ja="個人データに触れない操作なので、利用目的は宣言しません。",
        note_en="This touches no personal data, so it declares no purpose.",
        operation="""
            query Rules {
              purposes { id ja en abstract }
              edition {
                id number publishedAt
                rules { id effect role action purpose field recipient needs clause }
              }
            }
        """,
    ),
    Example(
        key="explain",
        role="policy_admin",
        client="policy-admin",
        title_ja="なぜ見えないのか：足りない条件",
        title_en="Why not: what is missing",
        note_ja="断られる理由と、あと何があれば許可されるかを、近い規則から順に読みます。",
        note_en="The reason of a refusal, and the nearest rules with what each still lacks.",
        operation="""
            query WhyNot {
              explain(
                purpose: "service.eligibility"
                role: "employer"
                recipient: "employer-a"
                field: "User.residenceCard.number"
                facts: ["noticed", "consented"]
              ) {
                allowed rule clause
                nearest { rule failed missing }
              }
            }
        """,
    ),
)
