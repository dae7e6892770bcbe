"""Phrases for answers in free text: plain, harmless, and about nobody."""

from collections.abc import Mapping
from types import MappingProxyType

Phrases = tuple[str, ...]

PHRASES: Mapping[tuple[str, str], Phrases] = MappingProxyType(
    {
        ("selfIntroduction", "ja"): (
            "はじめまして。日本で長く働きたいと思っています。",
            "時間を守ること、最後までやりきることを大切にしています。",
            "新しい仕事を覚えるのが好きで、わからないことは早めに質問します。",
            "毎日一時間、日本語を勉強しています。",
            "チームで協力して働くことが得意です。",
            "休みの日は料理と散歩をします。",
            "お客様に「ありがとう」と言われると、うれしいです。",
            "パソコンの基本的な操作ができます。",
            "土曜日と日曜日も働くことができます。",
            "よろしくお願いいたします。",
        ),
        ("selfIntroduction", "en"): (
            "I would like to work in Japan for a long time.",
            "I come on time and finish what I start.",
            "I like to learn new work and ask early when something is not clear.",
            "I study Japanese for an hour every day.",
            "I work well in a team.",
            "On my days off I cook and take walks.",
            "I am used to talking with customers from many countries.",
            "I can use a computer for everyday office work.",
            "I can also work at weekends.",
            "Thank you for reading.",
        ),
        ("workHistoryText", "ja"): (
            "母国の食品工場で二年間、包装と検品を担当しました。",
            "日本のレストランで一年半、ホールと調理補助のアルバイトをしました。",
            "小さなホテルで受付と客室の準備を三年間担当しました。",
            "建設現場で型枠と足場の作業を二年間経験しました。",
            "倉庫でピッキングと出荷の仕事を一年間しました。",
            "事務所で書類の作成と翻訳を二年間担当しました。",
            "施設で食事と移動のお手伝いを三年間しました。",
            "農園で野菜の収穫と選別を二年間経験しました。",
            "ソフトウェアのテストを一年間担当しました。",
        ),
        ("workHistoryText", "en"): (
            "Two years of packing and inspection in a food factory at home.",
            "A year and a half of part-time work in a restaurant, serving and helping in the kitchen.",
            "Three years at the front desk of a small hotel.",
            "Two years on building sites, formwork and scaffolding.",
            "One year of picking and shipping in a warehouse.",
            "Two years of paperwork and translation in an office.",
            "Three years of helping with meals and moving about in a care home.",
            "Two years of harvesting and sorting vegetables on a farm.",
            "One year of testing software.",
        ),
        ("", "ja"): (
            "とくにありません。",
            "面接のときにお話しします。",
            "平日の昼間に連絡をお願いします。",
            "できるだけ早く始めたいです。",
        ),
        ("", "en"): (
            "Nothing in particular.",
            "I will explain it at the interview.",
            "Please contact me on weekdays.",
            "I would like to start soon.",
        ),
    }
)
"""The sentences for a question and a language (`ja` or `en`); those for no question serve every other."""
