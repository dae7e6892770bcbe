"""The words of the explorer, in Japanese and English."""

COOKIE = "language"
LANGUAGES = ("ja", "en")


def _both(ja: str, en: str) -> dict[str, str]:
    return {"ja": ja, "en": en}


TEXTS: dict[str, dict[str, str]] = {
    "title": _both("エクスプローラー", "Explorer"),
    "lead": _both(
        "利用目的を選んで問い合わせ、何が見え、何が見えないかを確かめます。",
        "Choose a purpose, ask, and see what may be seen and what may not.",
    ),
    "skip": _both("問い合わせへ進む", "Skip to the query"),
    "links": _both("関連するページ", "Related pages"),
    "schema": _both("スキーマ", "Schema"),
    "console": _both("管理画面", "Console"),
    "privacy": _both("公表文", "Privacy pages"),
    "other_language": _both("English", "日本語"),
    "conditions": _both("問い合わせの条件", "Conditions of the query"),
    "who": _both("だれとして", "As whom"),
    "who_none": _both("クライアントを選ぶ", "Choose a client"),
    "user": _both("本人のID", "On behalf of user"),
    "user_hint": _both("任意", "optional"),
    "token": _both("アクセストークン", "Access token"),
    "token_hint": _both("ここに貼り付けます", "Paste it here"),
    "why": _both("何のために", "For what purpose"),
    "why_none": _both("宣言しない(個人データなし)", "None (no personal data)"),
    "whom": _both("だれへ", "To whom"),
    "strict": _both("一つでも拒否なら全部断る", "All or nothing (strict)"),
    "example": _both("例", "Example"),
    "example_none": _both("例を選ぶ", "Choose an example"),
    "editor": _both("問い合わせと答え", "Query and answer"),
    "answer": _both("この操作の判断", "What was decided"),
    "answer_none": _both(
        "問い合わせを実行すると、見せなかった項目とその理由がここに出ます(Ctrl+Enter)。",
        "Run the query, and the fields that were not shown appear here with their reasons (Ctrl+Enter).",
    ),
    "answer_all": _both(
        "許可 求めた項目はすべて答えに入りました。", "Allowed. Every field asked for is in the answer."
    ),
    "answer_some": _both("一部許可 {n}件の項目は見せていません。", "Partly allowed. Fields not shown: {n}."),
    "answer_no": _both("拒否 何も見せていません。", "Refused. Nothing was shown."),
    "answer_lost": _both("答えが届きませんでした。", "No answer arrived."),
    "deny": _both("拒否", "Denied"),
    "cond": _both("条件付き", "Conditional"),
    "rule": _both("規則", "Rule"),
    "clause": _both("条項", "Clause"),
    "ask_why": _both("なぜ?", "Why?"),
    "ask_record": _both("この記録を読む", "Read its record"),
    "record_who": _both(
        "記録を読めるのは監査担当と相談窓口です。",
        "Its record is open to auditors and the privacy desk.",
    ),
    "record_number": _both("要求番号", "Request"),
    "token_ready": _both("{who} として問い合わせます。", "Asking as {who}."),
    "token_missing": _both("まずクライアントを選んでください。", "Choose a client first."),
    "token_paste": _both("まずトークンを貼り付けてください。", "Paste a token first."),
    "token_failed": _both("トークンを発行できませんでした。", "No token could be issued."),
    "token_bound": _both(
        "このクライアントのトークンは鍵または証明書に結び付けられ、この画面では使えません。別のクライアントを選ぶか、"
        "bindingを変更してください。",
        "The tokens of this client are bound to its key or certificate, which this page does not have. "
        "Choose another client, or change its binding.",
    ),
    "lists_failed": _both(
        "一覧を読めませんでした。再読み込みしてください。", "A list could not be read. Please reload."
    ),
    "unreadable": _both(
        "問い合わせの文法が正しくないため、@purpose を書き込めません。",
        "The query does not parse, so @purpose cannot be written into it.",
    ),
    "purpose_written": _both("@purpose を書き込みました。", "@purpose is written into the operation."),
    "no_script": _both(
        "この画面だけは JavaScript が必要です。スキーマは /schema.graphql で読めます。",
        "This page alone needs JavaScript. The schema can be read at /schema.graphql.",
    ),
    "role_user": _both("本人", "The person"),
    "role_frontend": _both("自社画面", "Own frontend"),
    "role_employer": _both("求人企業", "Employer"),
    "role_support_org": _both("支援機関", "Support organisation"),
    "role_entrustee": _both("委託先", "Entrustee"),
    "role_ad_network": _both("広告会社", "Ad network"),
    "role_analytics": _both("分析", "Analytics"),
    "role_authority": _both("行政機関", "Authority"),
    "role_privacy_officer": _both("相談窓口", "Privacy desk"),
    "role_policy_admin": _both("規則担当", "Policy admin"),
    "role_policy_approver": _both("承認者", "Policy approver"),
    "role_auditor": _both("監査担当", "Auditor"),
    "group_service": _both("サービス", "Service"),
    "group_compliance": _both("法令対応", "Compliance"),
    "group_promotion": _both("案内・広告", "Promotion"),
    "group_insight": _both("分析", "Insight"),
}
