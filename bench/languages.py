"""First names, family names and teams of many languages, for rosters made up here.

Those that Windows-1252 writes come first.
"""

LANGUAGES = {
    "english": (
        "Anna Ben Chloë Dave Emma Frank José Grace Zoë Henry Ivy Jack Kate Liam Mary Noah",
        "Smith O’Brien Jones Brown D’Souza Taylor Núñez Walker Hall Wright Lewis Young King",
        "Team One|The “Best”|Devs – East|Byte Me|Nerds™|Café Club|Rock & Roll|404|Night Owls",
    ),
    "swedish": (
        "Åsa Björn Håkan Göran Anna Märta Örjan Erik Sören Maja",
        "Öberg Sjöström Åkesson Lindqvist Hägg Bäckström Berg Nyström Ek Fägerskiöld",
        "Röda laget|Älgarna|Team Blå|Norrsken|Kaffe & Kod",
    ),
    "danish": (
        "Søren Mette Jørgen Kåre Ægidius Anne Bjørn Åse Lærke Øjvind",
        "Sørensen Kjær Nørgård Jensen Ødegård Skov Bæk Møller Åberg Præst",
        "Rødgrød|Blå Bølge|Æbler|Hold 3|Smørrebrød",
    ),
    "icelandic": (
        "Þórður Guðrún Jón Sigríður Ægir Björk Ólafur Ásta Einar Hólmfríður",
        "Jónsdóttir Guðmundsson Þórisdóttir Björnsson Ægisson Árnadóttir Karlsson Sæmundsdóttir",
        "Ísbirnir|Eldfjöll|Þorskur|Hvítá|Norðurljós",
    ),
    "german": (
        "Jürgen Käthe Anna Björn Günther Sören Zoë Lukas Änne Paul",
        "Müller Groß Schäfer Weiß Köhler Strauß Schmidt Übelacker Jäger Wolf",
        "Überflieger|Süße Bären|Nachtschicht|Größenwahn|Die Äpfel",
    ),
    "french": (
        "François Zoé Noël Hélène Jérôme Chloé Marie Benoît Gaëlle Agnès",
        "Lefèvre D’Alembert Crépin Dupont Bérénger L’Hôte Garçon Français Petit Durand",
        "L’Équipe|Les Bêtises|Été “CAFÉ”|À bientôt|Ça marche",
    ),
    "italian": (
        "Niccolò Anna Mosè Noè Lucia Nicolò Marco Giosuè Paolo Sara",
        "Cantù Rossi Salmè Foà Bianchi Viganò D’Amico Esposito Nardò Ferrari",
        "Città Viva|Così è|Squadra Due|Caffè|Perché No",
    ),
    "spanish": (
        "José María Íñigo Begoña Ángel Lucía Carlos Sofía Ramón Ana",
        "Núñez Muñoz García López Peña Ibáñez Ruiz Ordóñez Gómez Cañas",
        "El Niño|Los Ángeles|¡Vamos!|Mañana|Código Rojo",
    ),
    "portuguese": (
        "João Inês Conceição Luís Antónia Ana Gonçalo Zulmira André Flávia",
        "Araújo Gonçalves Simões Silva Magalhães Brandão Sá Mourão Pinto Leitão",
        "Açaí|Coração|Equipa Três|São João|Amanhã",
    ),
    "polish": (
        "Łukasz Żaneta Małgorzata Paweł Grażyna Michał Świętosława Anna Jacek Józef",
        "Wałęsa Gęś Dąbrowska Błaszczyk Kościuszko Nowak Zięba Źrebiec Wójcik Mącik",
        "Żółta łódź|Świt|Drużyna A|Gęśla Jaźń|Ćmy",
    ),
    "czech": (
        "Čeněk Žofie Přemysl Jiří Šárka Anežka Ondřej Tomáš Řehoř Eva",
        "Dvořák Šťastný Novotný Kůň Říha Žižka Havel Němcová Beneš Ďurovič",
        "Žluťoučký kůň|Šílenci|Tým Čtyři|Říp|Mlýn",
    ),
    "lithuanian": (
        "Rūta Ąžuolas Žygimantas Eglė Jūratė Šarūnas Mindaugas Giedrė Česlovas Ona",
        "Žemaitė Kazlauskas Šimkus Jankauskienė Vaičiūnas Čiurlionis Petrauskas Ąžuolaitė",
        "Žalgiris|Saulė|Ąžuolai|Komanda šeši|Gintarėliai",
    ),
    "turkish": (
        "Çağlar İpek Işıl Gümüş Şule Barış Oğuz Ayşe Yiğit Ömer",
        "Şahin Çağlayan Yıldız Öztürk Kılıç Doğan Güneş Aydın Işık Tuğ",
        "Kırmızı Takım|Işık|Şimşek|Güneşli Gün|Çay Kod",
    ),
    "vietnamese": (
        "Hường Đức Quỳnh Bình Ưng Ngọc Trâm Hải Thủy Lâm",
        "Nguyễn Trần Phạm Đặng Lê Vũ Hoàng Bùi Đỗ Huỳnh",
        "Đội Việt|Rồng Vàng|Sài Gòn|Cà phê|Ánh sáng",
    ),
    "greek": (
        "Γιώργος Ελένη Νίκος Άννα Χρήστος Ζωή Ιωάννης Μαρία Ευάγγελος Όλγα",
        "Παπαδόπουλος Ξανθού Ψαρράς Θεοδωράκης Νικολάου Βασιλείου Αλεξίου Καζαντζάκης Δήμου Ρήγας",
        "Αθηνά|Ομάδα Ένα|Κύκλωπες|Ήλιος|Φως",
    ),
    "russian": (
        "Ольга Иван Дмитрий Наталья Юрий Анна Сергей Фёдор Екатерина Павел",
        "Щукина Иванов Кузнецов Смирнова Чехов Жуков Эйхе Цветаева Шишкин Объедков",
        "Красная команда|Спутник|Ёжики|Московские|Код и чай",
    ),
    "hebrew": (
        "עידן נועה יוסי מיכל דוד תמר אורי שירה יעל רון",
        "כהן לוי מזרחי פרץ ביטון דהן אברהם פרידמן שפירא גל",
        "הקבוצה הכחולה|כוכבים|צוות אחת|לילה לבן|קוד פתוח",
    ),
    "arabic": (
        "محمد فاطمة أحمد عائشة علي زينب حسن مريم يوسف ليلى",
        "الخطيب حداد نصر منصور عباس سالم خليل صالح درويش قاسم",
        "فريق النور|النجوم|الفريق الأول|شمس|قهوة",
    ),
    "thai": (
        "สมชาย สมหญิง อนงค์ วิชัย มานี ปิติ ชูใจ วีระ สุดา ก้อง",
        "ใจดี รักไทย ทองดี แสงจันทร์ ศรีสุข บุญมา พงษ์ไพร แก้วตา วงศ์งาม สุขใจ",
        "ทีมไทย|ช้างเผือก|น้ำใจ|ดาวเหนือ|กาแฟเย็น",
    ),
    "japanese": (
        "太郎 花子 翔太 さくら 健一 ゆき 直樹 美咲 大輔 かおり",
        "佐藤 鈴木 高橋 田中 渡辺 伊藤 山本 中村 小林 斎藤",
        "チーム桜|ハッカソン|東京ラボ|さくらんぼ|第一班",
    ),
    "chinese": (
        "雷 小明 丽娟 伟 芳 建国 静怡 子轩 欣怡 浩然",
        "李 王 张 刘 陈 杨 赵 黄 周 吴",
        "红队|创新小组|未来之星|算法工坊|北京一队",
    ),
    "taiwanese": (
        "雅婷 志明 淑芬 建宏 怡君 俊傑 美玲 家豪 佩珊 宗翰",
        "陳 林 黃 張 李 王 吳 劉 蔡 楊",
        "紅隊|創新小組|臺北工坊|夜貓子|第三組",
    ),
    "korean": (
        "민수 지영 현우 서연 준호 하은 도윤 수빈 예진 성민",
        "김 이 박 최 정 강 조 윤 장 임",
        "한글팀|서울의 밤|첫눈|코딩왕|호랑이",
    ),
}
