"""Words that are more than a name: those that bind, those that any address holds, those that are also things.

Floor: ground. Three word lists, in any script, that `matching` and `gate` share. It refuses to decide what a text
means: a word of these lists only needs more around it before it counts.

Source:
    docs/known-values.md.
"""

from typing import Final

from vault.matching.letters import fold, script_of, skeletons


def _words(text: str) -> frozenset[str]:
    return frozenset(fold(word) for word in text.split())


# Never looked for; masked when they stand between two parts of one value.
BINDING: Final = _words(
    """
    of the and de la le du des von van der den zu zur el al bin ibn ben bint abu in at for on no y da di dos do e s
    i и в на из от с по к г д ул п жылы және мен no nr № st dr mr mrs ms prof herr frau
    """
)

# Words and names that happen to be a form of another name (Илья, или; Aman, Amanda): no form, even with a capital.
NO_FORM: Final = _words("или amanda аманда armanda linda линда wanda ванда rolanda yolanda glenda brenda rhonda")

# What one writer joins to the name behind it and another parts from it.
ARTICLES: Final = _words("al el ul ad an ar as ash at az аль эль ад ан ар ас аш de le la van von mc mac o d")

# What stands in a description and never in a name.
TELLING: Final = _words(
    """
    a an the in on at by of off near behind beside between from to into with without under over who which whose his her
    their its our my your is was are were has had and or not other another
    в на у из от с к по под над за для при без около возле рядом между который которая где его её ее их он она и или не
    мен және жанында маңында артында ішінде арасында үшін дейін оның олардың жанындағы ішіндегі
    """
)

# What any address or title holds: counts only beside another part of the same value.
GENERIC: Final = _words(
    """
    district districts county region province prefecture village town city municipality street avenue road lane
    square building house block flat apartment apt room floor station airport hospital school university college
    court prison camp centre center department ministry office bureau police army republic state states kingdom
    united people peoples national international human rights northern southern eastern western central north south
    east west upper lower new old great greater saint st san santa mount lake river valley island islands sea bay
    plan sheet plot union federation democratic socialist soviet autonomous special land lands art article
    committee commission council company group bank church mosque market bridge gate park garden gardens hotel
    sir lord lady miss doctor professor general colonel major captain judge president mother father brother sister
    son daughter uncle aunt cousin wife husband family
    mail gmail yandex inbox list outlook hotmail yahoo proton protonmail com org net ru kz cn tr de www http https
    telegram whatsapp wechat facebook instagram vk me qq
    straße strasse platz weg gasse rue place boulevard département departement ville
    район района районе районы область области областной край округ город города городе село села селе поселок посёлок
    деревня улица улицы проспект переулок дом квартира корпус микрорайон мкр обл р-н уезд уезда уезде волость
    аул ауыл ауылы ауылдық аудан аудандық ауданы облысы облыс қаласы қала көшесі көше даңғылы үй пәтер өлкесі өлке
    республика республики республикасы автономиялық автономный автономного автономная народная китайская
    тюрьма лагерь колония сизо центр школа больница отдел управление комитет
    северный северная южный южная восточный восточная западный западная центральный центральная
    новый новая новое старый старая старое большой большая большое малый малая малое верхний верхняя нижний нижняя
    үлкен кіші жаңа ескі жоғарғы төменгі орта шығыс батыс солтүстік оңтүстік
    yéngi kona chong kichik yuqiri töwen ottura يېڭى كونا چوڭ كىچىك يۇقىرى تۆۋەن ئوتتۇرا جاڭا ەسكى ۇلكەن
    мать отец брат сестра сын дочь дядя тётя жена муж
    nahiye nahiyisi nahiyesi wilayet wilayiti sheher shehiri yeza yezisi kent kenti mehelle mehellisi rayoni rayon
    ناھىيە ناھىيىسى ۋىلايەت ۋىلايىتى شەھەر شەھىرى يېزا يېزىسى كەنت كەنتى مەھەللە مەھەللىسى ئاپتونوم رايونى رايون
    اۋدان اۋدانى اۋىل اۋىلى وبلىسى قالاسى قالا كوشەسى ايماق ايماعى
    """
)

# What makes a name that of an organisation, whose other words are common ones.
ORGANISATION: Final = _words(
    """
    association society foundation fund organisation organization union league front party movement network company
    corporation ltd llc inc factory plant mill farm institute academy agency authority commission committee council
    federation congress coalition club team school hospital clinic mosque church library museum theatre newspaper radio
    ассоциация общество фонд организация союз партия движение компания корпорация ооо тоо оао фабрика завод
    комбинат ферма институт академия агентство комиссия комитет совет федерация конгресс школа больница
    мечеть библиотека музей театр газета радио
    бірлестігі қоғамы қоры ұйымы одағы партиясы қозғалысы компаниясы серіктестігі жшс фабрикасы зауыты комбинаты
    институты академиясы агенттігі комиссиясы комитеті кеңесі мектебі ауруханасы мешіті кітапханасы музейі театры
    газеті радиосы колледжі университеті
    jem'iyiti fondi teshkilati uyushmisi partiyisi herikiti shirkiti zawuti fabrikisi institoti mektipi doxturxanisi
    جەمئىيىتى فوندى تەشكىلاتى ئۇيۇشمىسى پارتىيىسى شىركىتى زاۋۇتى فابرىكىسى ئىنستىتۇتى مەكتىپى دوختۇرخانىسى مەسچىتى
    """
)

# Common words that are also names: count with a capital, or beside another part of the same name.
COMMON: Final = _words(
    """
    will mark rose may june april august grace hope faith joy bill jack frank grant chase art dean earl king young
    brown black white green long short small page price rich miles dale lane hill wood woods stone field ford church
    bishop cook baker smith van can ali adam ege oya jasmine daisy ivy lily iris ruby pearl dawn summer autumn
    melody harmony charity patience prudence victor major guy rob pat sue drew nick josh rusty sunny sandy angel
    christian paris london chance rock pierce cash hunter mason carter porter sky star moon sun day knight noble
    надежда вера любовь роза лилия светлана слава мир лев роман марина майя злата воля победа искра октябрина
    мороз волк заяц медведь сокол орел орёл голубь соловей кузнец мельник ткач коваль гончар бондарь король князь
    нұр бақыт арман болат дәурен ерік еркін жібек гүл күн ай алтын күміс асыл арай береке жан қайрат талап төре
    мұрат үміт шаттық жеңіс тілек бағыт сәуле шолпан жұлдыз айдын дала арыстан жолбарыс қыран сұңқар тұлпар ақ қара
    нур бакыт арман ерик еркин асыл тилек дана данышпан ақыл сана намыс ерлік батыр дос достық бейбіт тыныш сабыр
    қуаныш бекет ұлан азат отан ел жұрт сая самал мерей ақбота раушан қызғалдақ гауһар маржан інжу меруерт
    алма бота ботакөз қарлығаш құралай мөлдір перизат сымбат таң шырын шынар бұлақ жанар назар салтанат серік ермек
    есен қанат қалам мейірім мерген өмір рахат сағат темір шара ырыс ізгі әділ әсем әлем бауыр дидар жарас жарқын
    көркем мақсат мұхит көктем ару айым дархан жігер арай нұрлы ораза сәби ана ата бала бек хан би тау
    асқар дәулет несібе бірлік айбар айбат айбын қуат күш жалын сұлу сұлтан мырза тұмар зере зерде дастан болашақ мәңгі
    ғалым ұстаз азамат теңіз дария айна лашын аскар азамат даулет султан куат сулу
    канат серик омир адил асем алем жаркын максат
    мак заря мила соня каша гром ворон барс орех жук лиса
    семен семён тимур искра дина рая зоя ясень клен клён гранит алмаз рубин изумруд герой князь барон граф
    rice bell bird banks brooks bush carpenter chambers cross day drake fisher flowers fox gardner glass gold
    hall hart hawk heart hunt iron jewel judge kid lamb law leaf little love marsh moody moss north nurse oak
    parks pike pool pope power powers rain reed rivers rush salt sands savage sharp shepherd silver singer
    spring steel stern storm strong swan sweet tailor thorn tower wall waters weaver wheat wind winter wise
    wright shah baron count duke prince frost snow
    lance dean gene ray rod carol amber olive holly hazel heather penny robin glen heath cliff clay jay wade ward west
    wolf berg engel klein gross lang jung
    nur gul gül ay erkin batur adil alim aman tursun
    نۇر گۈل ئاي ئەركىن باتۇر ئالىم ئامان بەخت ئۈمىد باقىت ەركىن التىن ءۇمىت جان
    """
)

_COMMON_SOUNDS: Final = frozenset(
    sounds for word in COMMON if script_of(word) == "cyrillic" and len(word) > len("күн") for sounds in skeletons(word)
)


def is_common(folded: str, sounds: tuple[str, ...]) -> bool:
    """Tell whether a word of a name is also a thing; one in Latin or Russian letters may be a Kazakh thing (qairat).

    Args:
        folded: One word, folded.
        sounds: Its skeletons.

    Returns:
        True if a small letter speaks against the name.

    Source:
        docs/known-values.md.
    """
    return folded in COMMON or (script_of(folded) != "arabic" and not _COMMON_SOUNDS.isdisjoint(sounds))


WEAK: Final = BINDING | GENERIC | ORGANISATION


# ------------------------------------------------------------------------------------------------ Chinese
SURNAMES: Final = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
    "常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季"
    "裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦"
    "戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻"
    "苑迟邝"
)
_LONG_SURNAMES = "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 夏侯 端木 宇文 长孙 呼延 南宫"
LONG_SURNAMES: Final = frozenset(_LONG_SURNAMES.split())
ALL_SURNAMES: Final = SURNAMES | LONG_SURNAMES
_TITLES = """
    先生 女士 小姐 太太 夫人 某某 某 同志 老师 师傅 律师 医生 护士 教授 博士 警官 大哥 大姐 大叔 大妈 大爷
    阿姨 叔叔 伯伯 爷爷 奶奶 哥哥 姐姐 弟弟 妹妹 同学 书记 主任 主席 经理 校长 院长 所长 局长 处长 科长 队长
    县长 乡长 镇长 村长 法官 检察官 记者 家
"""
TITLES: Final = tuple(_TITLES.split())
