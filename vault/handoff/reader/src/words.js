// Every word of the two pages, in English, Russian, Kazakh and Chinese. {name} stands for what is filled in.

const WORDS = {
  "language": ["Language", "Язык", "Тіл", "语言"],
  "title": ["Sealed bundle", "Запечатанный пакет", "Мөрленген пакет", "加密材料包"],
  "intro": [
    "This file holds a sealed bundle. It is opened on this device only: nothing is sent anywhere, and nothing is kept.",
    "В этом файле — запечатанный пакет. Он открывается только на этом устройстве: ничего никуда не отправляется и не сохраняется.",
    "Бұл файлда мөрленген пакет бар. Ол тек осы құрылғыда ашылады: ештеңе еш жаққа жіберілмейді және сақталмайды.",
    "此文件内是一个加密材料包。只在本设备上打开：不发送任何内容，也不保存任何内容。",
  ],
  "passphrase-label": ["Passphrase", "Парольная фраза", "Құпия сөйлем", "口令"],
  "passphrase-hint": [
    "Six words that the sender told you in another way than by this file.",
    "Шесть слов, которые отправитель сообщил вам иначе, чем вместе с этим файлом.",
    "Жіберуші сізге осы файлдан бөлек жолмен айтқан алты сөз.",
    "发送者通过其他途径（而非随此文件）告诉您的六个单词。",
  ],
  "show": ["Show the words", "Показать слова", "Сөздерді көрсету", "显示单词"],
  "open": ["Open", "Открыть", "Ашу", "打开"],
  "working": [
    "Opening. This takes a few seconds; the page does not answer meanwhile.",
    "Открываем. Это займёт несколько секунд, страница в это время не отвечает.",
    "Ашылып жатыр. Бұл бірнеше секунд алады, осы кезде бет жауап бермейді.",
    "正在打开。需要几秒钟，其间页面不会响应。",
  ],
  "checking": ["Checking every file.", "Проверяем каждый файл.", "Әр файл тексеріліп жатыр.", "正在检查每个文件。"],

  "passphrase": [
    "This passphrase does not open the file. Check each word, and ask the sender if you are not sure.",
    "Эта парольная фраза не открывает файл. Проверьте каждое слово; если не уверены, спросите отправителя.",
    "Бұл құпия сөйлем файлды ашпайды. Әр сөзді тексеріңіз; күмәніңіз болса, жіберушіден сұраңыз.",
    "此口令无法打开文件。请检查每个单词；如不确定，请询问发送者。",
  ],
  "damaged": [
    "The file is damaged: bytes in it were changed on the way. Ask the sender for it again.",
    "Файл повреждён: по пути в нём изменились байты. Попросите отправителя прислать его ещё раз.",
    "Файл бүлінген: жолда оның байттары өзгерген. Жіберушіден оны қайта сұраңыз.",
    "文件已损坏：其中的字节在传送途中被改变。请让发送者重新发送。",
  ],
  "cut": [
    "The file is cut short: its end is missing. Copy or download it again.",
    "Файл обрезан: не хватает его конца. Скопируйте или скачайте его ещё раз.",
    "Файл толық емес: оның соңы жоқ. Оны қайта көшіріңіз немесе жүктеңіз.",
    "文件不完整：缺少结尾部分。请重新复制或下载。",
  ],
  "end": [
    "The end of the file is missing or damaged; all before it is sound. Copy or download it again.",
    "Конец файла отсутствует или повреждён, всё до него цело. Скопируйте или скачайте его ещё раз.",
    "Файлдың соңы жоқ немесе бүлінген, оған дейінгісі бүтін. Оны қайта көшіріңіз немесе жүктеңіз.",
    "文件结尾缺失或损坏，之前的部分完好。请重新复制或下载。",
  ],
  "large": [
    "The file is too large for this page. Ask the sender for it as a file to be opened with the program age.",
    "Файл слишком велик для этой страницы. Попросите у отправителя файл, который открывается программой age.",
    "Файл бұл бет үшін тым үлкен. Жіберушіден age бағдарламасымен ашылатын файлды сұраңыз.",
    "文件对本页面而言过大。请向发送者索取可用 age 程序打开的文件。",
  ],
  "empty": [
    "There is no bundle in this page.",
    "В этой странице нет пакета.",
    "Бұл бетте пакет жоқ.",
    "此页面中没有材料包。",
  ],
  "not-age": [
    "This is not a bundle of the kind that this page opens.",
    "Это не тот пакет, который открывает эта страница.",
    "Бұл — осы бет ашатын пакет емес.",
    "这不是本页面能打开的材料包。",
  ],
  "not-passphrase": [
    "This file is sealed to a key, not by a passphrase. Open it with the program age, and check what was in it here.",
    "Этот файл запечатан ключом, а не парольной фразой. Откройте его программой age и проверьте здесь то, что было внутри.",
    "Бұл файл құпия сөйлеммен емес, кілтпен мөрленген. Оны age бағдарламасымен ашып, ішіндегісін осында тексеріңіз.",
    "此文件由密钥而非口令加密。请用 age 程序打开，再在此检查其中的内容。",
  ],
  "work": [
    "The file asks for more memory than a browser has. Open it with the program age.",
    "Файл требует больше памяти, чем есть у браузера. Откройте его программой age.",
    "Файл браузерде бардан көп жадты қажет етеді. Оны age бағдарламасымен ашыңыз.",
    "打开此文件所需的内存超出浏览器的能力。请用 age 程序打开。",
  ],
  "members": ["There are too many files.", "Слишком много файлов.", "Файлдар тым көп.", "文件过多。"],
  "unreadable": [
    "The browser cannot read this file.",
    "Браузер не может прочитать этот файл.",
    "Браузер бұл файлды оқи алмайды.",
    "浏览器无法读取此文件。",
  ],
  "failed": [
    "The browser could not do it. Try another browser, or open the file with the program age.",
    "Браузер не справился. Попробуйте другой браузер или откройте файл программой age.",
    "Браузер мұны орындай алмады. Басқа браузерді қолданып көріңіз немесе файлды age бағдарламасымен ашыңыз.",
    "浏览器未能完成。请换用其他浏览器，或用 age 程序打开文件。",
  ],
  "not-as-signed": [
    "The bundle is not as it was signed. Do not rely on anything in it. What is wrong:",
    "Пакет не такой, каким был подписан. Не полагайтесь ни на что в нём. Что не так:",
    "Пакет қол қойылған күйінде емес. Ондағы ештеңеге сенбеңіз. Не дұрыс емес:",
    "材料包与签名时不一致。请勿依赖其中任何内容。问题如下：",
  ],
  "archive": ["the archive", "архив", "мұрағат", "压缩包"],
  "changed": ["changed", "изменён", "өзгертілген", "已被更改"],
  "missing": ["missing", "отсутствует", "жоқ", "缺失"],
  "extra": ["not in the signed list", "нет в подписанном списке", "қол қойылған тізімде жоқ", "不在签名的清单中"],
  "renamed": ["renamed; it was {was}", "переименован; был {was}", "атауы өзгерген; бұрын {was}", "已改名；原名 {was}"],
  "twice": ["there twice", "есть дважды", "екі рет бар", "出现两次"],
  "unsafe": ["not a safe name", "небезопасное имя", "қауіпті атау", "名称不安全"],
  "clash": ["clashes with another name", "совпадает с другим именем", "басқа атаумен сәйкес келеді", "与另一名称冲突"],
  "order": ["out of order", "не по порядку", "ретімен емес", "顺序不对"],
  "compressed": ["compressed", "сжат", "сығылған", "被压缩"],
  "header": [
    "its entry in the archive is not in the one form",
    "запись в архиве не по форме",
    "мұрағаттағы жазбасы үлгіге сай емес",
    "压缩包中的条目不合规定形式",
  ],
  "directory": [
    "its directory is not that of its files",
    "оглавление не соответствует файлам",
    "мазмұны файлдарға сай емес",
    "目录与文件不符",
  ],
  "length": ["its length is not told", "длина не указана", "ұзындығы көрсетілмеген", "未注明长度"],
  "signature-form": [
    "the signature is not in the one form that a bundle has",
    "подпись не в той форме, какая бывает у пакета",
    "қолтаңба пакеттегі үлгіге сай емес",
    "签名不合规定形式",
  ],
  "signature-low": [
    "signed with a key under which anything verifies",
    "подписан ключом, с которым подходит любая подпись",
    "кез келген қолтаңба сәйкес келетін кілтпен қол қойылған",
    "所用密钥可使任何签名通过",
  ],
  "signature-bad": ["the signature does not hold", "подпись неверна", "қолтаңба дұрыс емес", "签名无效"],
  "manifest-form": [
    "not in the one form that a bundle has",
    "не в той форме, какая бывает у пакета",
    "пакеттегі үлгіге сай емес",
    "不合规定形式",
  ],
  "signers": [
    "not the key that signed",
    "не тот ключ, которым подписано",
    "қол қойған кілт емес",
    "不是签名所用的密钥",
  ],

  "signed-title": ["Who signed it", "Кто подписал", "Кім қол қойды", "签名者"],
  "signed-text": [
    "The signature holds, and all {count} files are as they were signed. This does not yet tell who signed: compare the six words with the sender by voice.",
    "Подпись верна, и все файлы ({count}) такие, какими были подписаны. Это ещё не говорит, кто подписал: сверьте шесть слов с отправителем голосом.",
    "Қолтаңба дұрыс, барлық {count} файл қол қойылған күйінде. Бұл кімнің қол қойғанын әлі айтпайды: алты сөзді жіберушімен дауыстап салыстырыңыз.",
    "签名有效，全部 {count} 个文件均与签名时一致。这还不能说明是谁签的：请与发送者口头核对这六个单词。",
  ],
  "six-words": ["Six words", "Шесть слов", "Алты сөз", "六个单词"],
  "key": ["Signing key", "Ключ подписи", "Қолтаңба кілті", "签名密钥"],
  "bundle-id": ["Bundle", "Пакет", "Пакет", "材料包编号"],
  "purpose": ["Purpose", "Цель", "Мақсаты", "用途"],
  "policy": ["Policy", "Правила", "Ережелер", "披露规则"],
  "for-legal": ["legal action", "правовая защита", "құқықтық қорғау", "法律行动"],
  "for-un": ["UN procedures", "процедуры ООН", "БҰҰ рәсімдері", "联合国程序"],
  "for-tracing": ["tracing", "розыск", "іздеу", "寻人"],
  "for-advocacy": ["advocacy", "общественная защита", "қоғамдық қорғау", "倡导"],
  "for-research": ["research", "исследование", "зерттеу", "研究"],
  "for-publication": ["publication", "публикация", "жариялау", "发表"],
  "for-family": ["family", "для семьи", "отбасы үшін", "家庭"],
  "policy-everything": ["everything, for the owner alone", "всё, только для владельца", "бәрі, тек иесіне", "全部内容，仅供所有者本人"],
  "policy-family": ["for the family", "для семьи", "отбасына", "供家属"],
  "policy-lawyer": ["for a lawyer", "для адвоката", "адвокатқа", "供律师"],
  "policy-press": ["for the press", "для прессы", "баспасөзге", "供媒体"],
  "policy-public": ["for the public", "для всех", "жұртшылыққа", "供公众"],
  "policy-un-confidential": [
    "for the UN, confidential part",
    "для ООН, конфиденциальная часть",
    "БҰҰ-ға, құпия бөлігі",
    "供联合国，保密部分",
  ],
  "policy-un-forwardable": [
    "for the UN, may be forwarded to the State",
    "для ООН, можно передать государству",
    "БҰҰ-ға, мемлекетке беруге болатын бөлігі",
    "供联合国，可转交有关国家",
  ],
  "sent": [
    "From here on: what the sender wrote. Who signed it stands above this frame and nowhere else.",
    "Отсюда — то, что написал отправитель. Кто подписал, сказано над этой рамкой и больше нигде.",
    "Осы жерден бастап — жіберушінің жазғаны. Кім қол қойғаны осы жақтаудың үстінде ғана айтылған.",
    "以下是发送者所写的内容。签名者只在此框上方注明，别处均不算数。",
  ],
  "tool": ["Made with", "Создано в", "Жасалған құралы", "制作程序"],
  "terms": ["Terms", "Условия", "Шарттар", "使用条件"],
  "recipients": ["Sealed to", "Для кого", "Кімге арналған", "收件方"],
  "not-addressed": [
    "It was not made for a passphrase: somebody opened it and passed it on under another seal.",
    "Он был сделан не для парольной фразы: кто-то открыл его и передал дальше под другой печатью.",
    "Ол құпия сөйлемге арнап жасалмаған: біреу оны ашып, басқа мөрмен әрі қарай жіберген.",
    "它不是为口令制作的：有人打开后以另一种加密方式转发。",
  ],
  "search": ["Search", "Поиск", "Іздеу", "搜索"],
  "next": ["Next", "Дальше", "Келесі", "下一个"],
  "previous": ["Previous", "Назад", "Алдыңғы", "上一个"],
  "found": ["{at} of {count}", "{at} из {count}", "{count} ішінен {at}", "第 {at} 处，共 {count} 处"],
  "found-alike": [
    "{at} of {count}, alike in sound",
    "{at} из {count}, похожие по звучанию",
    "{count} ішінен {at}, дыбысталуы ұқсас",
    "第 {at} 处，共 {count} 处（读音相近）",
  ],
  "found-none": ["Nothing found", "Ничего не найдено", "Ештеңе табылмады", "未找到"],
  "print": ["Print", "Печать", "Басып шығару", "打印"],
  "save-age": ["Save as .age", "Сохранить как .age", ".age ретінде сақтау", "另存为 .age"],
  "save-zip": [
    "Save everything as one ZIP, unsealed",
    "Сохранить всё одним ZIP, без печати",
    "Барлығын бір ZIP етіп, мөрсіз сақтау",
    "将全部内容另存为一个 ZIP（未加密）",
  ],
  "files": ["Files", "Файлы", "Файлдар", "文件"],
  "files-hint": [
    "A file that you save lies on this device unsealed. Open files of unknown origin with care.",
    "Сохранённый файл лежит на этом устройстве незапечатанным. Открывайте файлы неизвестного происхождения осторожно.",
    "Сақталған файл бұл құрылғыда мөрсіз жатады. Шығу тегі белгісіз файлдарды абайлап ашыңыз.",
    "保存的文件会以未加密形式留在本设备上。打开来源不明的文件请谨慎。",
  ],
  "save": ["Save {name}", "Сохранить {name}", "{name} сақтау", "保存 {name}"],
  "bytes": ["{count} bytes", "{count} байт", "{count} байт", "{count} 字节"],
  "left-out": [
    "{count} parts of the dossier are of a kind that this page does not show. They are in the files below.",
    "Частей досье, которые эта страница не показывает: {count}. Они есть в файлах ниже.",
    "Деректеменің бұл бет көрсетпейтін бөліктері: {count}. Олар төмендегі файлдарда бар.",
    "案卷中有 {count} 处内容本页面不予显示，可在下方文件中查看。",
  ],
  "no-dossier": [
    "The bundle has no dossier to show here. Its files are below.",
    "В пакете нет досье, которое можно показать здесь. Файлы — ниже.",
    "Пакетте осында көрсететін деректеме жоқ. Файлдары төменде.",
    "材料包中没有可在此显示的案卷。文件见下方。",
  ],

  "verify-title": ["Check a bundle", "Проверка пакета", "Пакетті тексеру", "检查材料包"],
  "verify-intro": [
    "Choose a bundle: the ZIP that came out of the seal, the folder it was unpacked into, or a sealed file with a passphrase. It is read on this device only: nothing is sent anywhere, and nothing is kept.",
    "Выберите пакет: ZIP, вынутый из-под печати, папку, в которую он распакован, или файл, запечатанный парольной фразой. Он читается только на этом устройстве: ничего никуда не отправляется и не сохраняется.",
    "Пакетті таңдаңыз: мөрден шыққан ZIP, ол ашылған қалта немесе құпия сөйлеммен мөрленген файл. Ол тек осы құрылғыда оқылады: ештеңе еш жаққа жіберілмейді және сақталмайды.",
    "请选择材料包：解密得到的 ZIP、解压后的文件夹，或以口令加密的文件。只在本设备上读取：不发送任何内容，也不保存任何内容。",
  ],
  "choose-file": ["File", "Файл", "Файл", "文件"],
  "choose-folder": ["Unpacked folder", "Распакованная папка", "Ашылған қалта", "解压后的文件夹"],
  "drop": [
    "or drop the file here",
    "или перетащите файл сюда",
    "немесе файлды осында сүйреп әкеліңіз",
    "或将文件拖放到此处",
  ],
  "drop-folder": [
    "Choose a folder with the button; a browser does not let this page read a folder that is dropped.",
    "Выберите папку кнопкой: браузер не даёт этой странице читать перетащенную папку.",
    "Қалтаны түймемен таңдаңыз: браузер бұл бетке сүйреп әкелінген қалтаны оқуға рұқсат бермейді.",
    "请用按钮选择文件夹；浏览器不允许本页面读取拖放的文件夹。",
  ],
  "page-altered": [
    "The page around the sealed file is not the known one: it was altered, or made by another version. Do not type the passphrase into that page.",
    "Страница вокруг запечатанного файла отличается от известной: её изменили или сделали другой версией. Не вводите в неё парольную фразу.",
    "Мөрленген файлды қоршаған бет белгілі бетпен бірдей емес: ол өзгертілген немесе басқа нұсқада жасалған. Құпия сөйлемді ол бетке енгізбеңіз.",
    "加密文件外层的页面与已知页面不同：它被改动过，或由其他版本制作。请勿在那个页面输入口令。",
  ],
  "checked": ["Checked", "Проверено", "Тексерілген", "已检查"],
  "file-list": ["What was signed", "Что подписано", "Қол қойылғаны", "已签名的内容"],
};

export const LANGUAGES = { en: "English", ru: "Русский", kk: "Қазақша", zh: "中文" };

let chosen = 0;

export const has = (key) => Object.hasOwn(WORDS, key);

/** Give the words of a key in the language that is chosen. */
export function word(key, filled = {}) {
  return WORDS[key][chosen].replace(/\{(\w+)\}/g, (_, name) => String(filled[name]));
}

/** Set a text that follows the language; what is filled in is text and nothing else. */
export function say(element, key, filled = {}) {
  element.dataset.word = key;
  element.filled = filled;
  element.textContent = word(key, filled);
}

/** Choose a language for the whole page: its own words and, by a rule of the style, those of the dossier. */
export function choose(language) {
  chosen = Object.keys(LANGUAGES).indexOf(language);
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-word]")) say(element, element.dataset.word, element.filled);
}

/** Make the language switch, and begin with what the browser prefers. */
export function languageSwitch(group) {
  for (const [code, name] of Object.entries(LANGUAGES)) {
    const label = document.createElement("label");
    const input = document.createElement("input");
    Object.assign(input, { type: "radio", name: "language", value: code });
    input.addEventListener("change", () => choose(code));
    const text = document.createElement("span");
    Object.assign(text, { lang: code, textContent: name });
    label.append(input, text);
    group.append(label);
  }
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag in LANGUAGES) ?? "en";
  group.querySelector(`[value=${wanted}]`).checked = true;
  choose(wanted);
}
