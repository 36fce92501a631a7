"""The program's own words in a dossier, each in four languages.

Floor: 4. No word of a record is among them. It refuses a language that the dossier is not written in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

LANGUAGES: Final = ("en", "ru", "kk", "zh")


@dataclass(frozen=True, slots=True)
class Words:
    """One thing that the program says, in each language.

    Args:
        en, ru, kk, zh: Plain text.
    """

    en: str
    ru: str
    kk: str
    zh: str

    def __getitem__(self, language: str) -> str:
        """Return it in a language of `LANGUAGES`."""
        if language not in LANGUAGES:
            raise ValueError(f"a dossier is written in {', '.join(LANGUAGES)}")
        return str(getattr(self, language))

    def all(self) -> tuple[str, str, str, str]:
        """Return it in all languages, in the order of `LANGUAGES`."""
        return self.en, self.ru, self.kk, self.zh

    def with_number(self, number: int) -> Words:
        """Return it with a number where it has `{0}`."""
        return Words(*(text.replace("{0}", str(number)) for text in self.all()))

    @classmethod
    def of(cls, told: Callable[[str], str]) -> Words:
        """Ask for each language what is said in it, such as the label of a field."""
        return cls(*map(told, LANGUAGES))


WORDS: Final[Mapping[str, Words]] = {
    "title": Words("Dossier", "Досье", "Іс қағазы", "卷宗"),
    "note": Words("Note", "Примечание", "Ескерту", "附注"),
    "intro": Words(
        "This is a part of a case record; what is missing was left out on purpose. ▇▇▇▇▇▇ stands for words that were"
        " masked. A mark such as [person-7F3A9Q] stands for one person or record, the same one everywhere here.",
        "Это часть дела; чего здесь нет, то не включено намеренно. ▇▇▇▇▇▇ — скрытые слова. Обозначение вида"
        " [person-7F3A9Q] — один и тот же человек или одна и та же запись во всём этом тексте.",
        "Бұл — істің бір бөлігі; мұнда жоқ нәрсе әдейі қосылмаған. ▇▇▇▇▇▇ — жасырылған сөздер. [person-7F3A9Q]"
        " сияқты белгі осы мәтіннің бәрінде бір ғана адамды не жазбаны білдіреді.",
        "这是案件记录的一部分；此处没有的内容是有意略去的。▇▇▇▇▇▇ 表示被遮盖的文字。[person-7F3A9Q]"
        " 这样的标记代表一个人或一条记录，在全文中始终指同一个。",
    ),
    "contents": Words("Contents", "Содержание", "Мазмұны", "目录"),
    "counts": Words("Counts", "Подсчёт", "Санақ", "统计"),
    "about counts": Words(
        "How many persons. No number under {0} is told, nor others that would give one away: there stands –.",
        "Число людей. Числа меньше {0} не называются, как и те, по которым их можно вычислить: там стоит –.",
        "Адам саны. {0} санынан азы және оны есептеп шығаруға болатын сандар айтылмайды: онда – тұр.",
        "人数。小于 {0} 的数字不予公布，可据以推算出这些数字的也不公布：该处为 –。",
    ),
    "persons": Words("persons", "людей", "адам", "人数"),
    "all": Words("all", "все", "бәрі", "全部"),
    "case": Words("Case", "Дело", "Іс", "案件"),
    "person": Words("People", "Люди", "Адамдар", "人员"),
    "event": Words("Events", "События", "Оқиғалар", "事件"),
    "statement": Words("Statements", "Показания", "Айғақтар", "证词"),
    "document": Words("Documents", "Документы", "Құжаттар", "文件"),
    "action": Words("Steps taken", "Предпринятые шаги", "Жасалған әрекеттер", "已采取的行动"),
    "source": Words("Who submits this", "Кто обращается", "Кім жүгінеді", "提交人"),
    "consent": Words("Consents", "Согласия", "Келісімдер", "同意书"),
    "relations": Words("Family", "Родство", "Туыстық", "亲属关系"),
    "relation of": Words("Person", "Человек", "Адам", "当事人"),
    "relative": Words("Relative", "Родственник", "Туысы", "亲属"),
    "relation": Words("Who the relative is", "Кем приходится родственник", "Туысы кім болып келеді", "亲属身份"),
    "timeline": Words("Timeline", "Хронология", "Оқиғалар реті", "时间线"),
    "when": Words("When", "Когда", "Қашан", "时间"),
    "until": Words("until", "до", "қашанға дейін", "结束时间"),
    "happened": Words("What happened", "Что произошло", "Не болды", "事件"),
    "whom": Words("To whom", "С кем", "Кіммен болды", "当事人"),
    "where": Words("Where", "Где", "Қайда", "地点"),
    "undated": Words("no date", "без даты", "күні жоқ", "日期不明"),
    "field": Words("Point", "Пункт", "Тармақ", "项目"),
    "said": Words("What is told", "Что сообщается", "Не айтылған", "内容"),
    "known": Words("How it is known", "Откуда известно", "Қайдан белгілі", "依据"),
    "disputed": Words("accounts differ", "сведения расходятся", "мәліметтер әр түрлі", "说法不一"),
    "withheld": Words("withheld", "не сообщается", "айтылмайды", "不予透露"),
    "unknown": Words("unknown", "неизвестно", "белгісіз", "不详"),
    "not-asked": Words("not asked", "не спрашивали", "сұралмаған", "未询问"),
    "coarsened": Words("made less exact", "огрублено", "дәлдігі төмендетілген", "已降低精确度"),
    "retracted": Words("taken back", "заявление взято назад", "сөзінен бас тартқан", "已收回"),
    "about withheld": Words(
        "it is on record, and is not told here",
        "это записано, но здесь не сообщается",
        "ол жазылған, бірақ мұнда айтылмайды",
        "有记录，但此处不予透露",
    ),
    "about unknown": Words(
        "it was asked, and nobody knows it",
        "об этом спрашивали, но никто не знает",
        "ол сұралды, бірақ ешкім білмейді",
        "已询问，但无人知晓",
    ),
    "about not-asked": Words(
        "nobody was asked about it",
        "об этом никого не спрашивали",
        "ол туралы ешкімнен сұралмаған",
        "没有就此询问过任何人",
    ),
    "about coarsened": Words(
        "the record is more exact than what is told here",
        "в записи это указано точнее, чем здесь",
        "жазбада мұндағыдан дәлірек көрсетілген",
        "记录中的内容比此处更为精确",
    ),
    "about retracted": Words(
        "who told it does not stand by it any more",
        "сообщивший от этого отказался",
        "айтқан адам одан бас тартқан",
        "陈述者已不再坚持这一说法",
    ),
    "as_of": Words("as of", "на дату", "мына күнге", "截至"),
    "from": Words("from", "источник", "қайдан", "来源"),
    "confidence": Words("confidence", "достоверность", "сенімділігі", "可信度"),
    "eyewitness": Words(
        "seen by the one who tells it", "рассказчик видел сам", "айтушының өзі көрген", "讲述者亲眼所见"
    ),
    "told": Words("told by others", "со слов других", "басқалардан естіген", "听他人所述"),
    "document-basis": Words("from a document", "из документа", "құжаттан", "据文件"),
    "media": Words("from the media", "из СМИ", "БАҚ-тан", "据媒体"),
    "state": Words("from the State", "от государства", "мемлекеттен", "据官方"),
    "low": Words("low", "низкая", "төмен", "低"),
    "medium": Words("medium", "средняя", "орташа", "中"),
    "high": Words("high", "высокая", "жоғары", "高"),
    "bundle": Words("Bundle", "Пакет", "Пакет", "材料包"),
    "signer": Words("Signed with the key", "Подписано ключом", "Қол қойылған кілт", "签名密钥"),
    "page": Words("page", "страница", "бет", "页"),
    "form intro": Words("After:", "По форме:", "Үлгісі:", "依据："),
    "form to confirm": Words(
        "Confirm the current edition; after:",
        "Проверьте, действует ли эта редакция; по форме:",
        "Қолданыстағы редакциясын тексеріңіз; үлгісі:",
        "请核对现行版本；依据：",
    ),
    "form update": Words(
        "only what changed since the earlier bundle",
        "только то, что изменилось после прежней передачи",
        "тек бұрынғы тапсырылғаннан кейін өзгергені",
        "仅为上次移交之后的变动",
    ),
    "not told": Words("Not told in this part", "Здесь не сказано", "Мұнда айтылмаған", "本部分未述"),
    "not told here": Words("not told here", "здесь не сказано", "мұнда айтылмаған", "此处未述"),
    "why missing": Words("the reason why it is missing", "почему этого нет", "неге жоқ екені", "缺失的原因"),
    "kept confidential": Words("kept confidential", "сохраняется в тайне", "құпия сақталады", "予以保密"),
    "no link": Words(
        "no link: a file of this kind can run a program when it is opened",
        "без ссылки: файл такого вида при открытии может запустить программу",
        "сілтемесіз: мұндай файл ашылғанда программа іске қосуы мүмкін",
        "不设链接：此类文件打开时可能运行程序",
    ),
}
"""What the program says in a dossier."""
