"""The words by which mail programs mark what they quote, sign and answer by themselves, in many languages."""

# Verbs at the end of the line above a quotation: «On …, … wrote:».
WROTE = (
    "wrote", "writes", "said", "a écrit", "écrit", "schrieb", "geschrieben", "escribió", "escribio", "ha scritto", "scrisse",
    "scrive", "escreveu", "schreef", "geschreven", "skrev", "skrifaði", "kirjoitti", "napisał", "napisał(a)", "napisała",
    "pisze", "napsal", "napsal(a)", "napsala", "napísal", "napísal(a)", "írta", "ezt írta", "a scris", "написа", "написал",
    "написал(а)", "написала", "пишет", "писал", "писал(а)", "пише", "написав", "написав(ла)", "έγραψε", "yazdı", "şunu yazdı",
    "viết", "đã viết", "menulis", "כתב", "כתב/ה", "‏כתב", "مكتوب", "كتب", "كتبت", "كتب/ت", "کتب", "نوشت", "ने लिखा",
    "のメール", "書きました", "さんは書きました", "写道", "寫道", "님이 작성", "작성", "เขียน", "је написао", "je napisao", "napisao",
    "rašė", "parašė", "rakstīja", "kirjutas", "va escriure", "idatzi du",
)  # fmt: skip

# «-----Original Message-----»
ORIGINAL = (
    "original message", "original appointment", "message d'origine", "message d’origine", "message original", "message initial",
    "ursprüngliche nachricht", "originalnachricht", "originalmeddelande", "ursprungligt meddelande", "mensaje original",
    "mensaje reenviado", "messaggio originale", "messaggio inoltrato", "mensagem original", "oorspronkelijk bericht",
    "oorspronkelijke bericht", "original besked", "oprindelig meddelelse", "opprinnelig melding", "alkuperäinen viesti",
    "wiadomość oryginalna", "oryginalna wiadomość", "původní zpráva", "původní e-mail", "eredeti üzenet", "mesaj original",
    "mesajul original", "исходное сообщение", "исходное письмо", "оригинальное сообщение", "пересланное сообщение",
    "пересылаемое сообщение", "вихідне повідомлення", "оригинално съобщение", "αρχικό μήνυμα", "özgün ileti", "orijinal mesaj",
    "thư gốc", "הודעה מקורית", "الرسالة الأصلية", "رسالة أصلية", "الرسالة الاصلية", "元のメッセージ", "原始邮件", "原始郵件", "원본 메시지",
    "forwarded message", "weitergeleitete nachricht", "message transféré", "doorgestuurd bericht", "reply message", "reply above this line",
)  # fmt: skip

# The labels of a header block that stands above an earlier message.
FROM = (
    "from", "de", "von", "da", "van", "fra", "från", "lähettäjä", "od", "feladó", "expeditor", "от", "від", "από", "kimden",
    "gönderen", "từ", "מאת", "من", "差出人", "发件人", "寄件者", "보낸 사람", "expéditeur", "remitente", "mittente", "nuo", "no", "saatja",
)  # fmt: skip
SENT = (
    "sent", "date", "envoyé", "envoyé le", "gesendet", "datum", "enviado", "enviado el", "fecha", "inviato", "data", "verzonden",
    "sendt", "dato", "skickat", "lähetetty", "päivämäärä", "wysłano", "wysłane", "odesláno", "odoslané", "elküldve", "dátum",
    "trimis", "отправлено", "дата", "надіслано", "изпратено", "στάλθηκε", "ημερομηνία", "gönderilme", "gönderildi", "tarih",
    "đã gửi", "ngày", "נשלח", "תאריך", "تاريخ الإرسال", "تم الإرسال", "أرسلت", "التاريخ", "تاريخ", "送信日時", "日付", "发送时间",
    "日期", "寄件日期", "보낸 날짜", "날짜", "enviada em", "enviada", "když",
)  # fmt: skip
OTHERS = (
    "to", "cc", "subject", "importance", "reply-to", "à", "objet", "répondre à", "an", "betreff", "antwort an", "para", "asunto",
    "a", "oggetto", "assunto", "aan", "onderwerp", "til", "emne", "till", "ämne", "vastaanottaja", "aihe", "kopio", "kopia",
    "do", "temat", "komu", "předmět", "predmet", "címzett", "tárgy", "către", "subiect", "кому", "копия", "тема", "копія",
    "до", "относно", "προς", "θέμα", "kime", "alıcı", "konu", "đến", "chủ đề", "אל", "נושא", "עותק", "إلى", "الى", "الموضوع",
    "موضوع", "نسخة", "نسخة إلى", "宛先", "件名", "收件人", "主题", "收件者", "主旨", "받는 사람", "제목", "destinataire", "sujet", "kam", "komu",
    "attachments", "anlagen", "pièces jointes", "вложения",
)  # fmt: skip

# The last words of a letter; what follows them are names and addresses.
FAREWELLS = (
    "best regards", "kind regards", "warm regards", "regards", "best wishes", "yours sincerely", "yours faithfully", "sincerely",
    "sincerely yours", "yours truly", "many regards", "with kind regards", "with best regards", "br", "kr", "cordialement",
    "bien cordialement", "bien à vous", "salutations", "meilleures salutations", "sincères salutations", "salutations distinguées",
    "bien à toi", "amicalement", "mit freundlichen grüßen", "mit freundlichen grüssen", "mit freundlichem gruß", "freundliche grüße",
    "freundliche grüsse", "viele grüße", "viele grüsse", "beste grüße", "liebe grüße", "schöne grüße", "mfg", "lg", "vg",
    "saludos", "un saludo", "saludos cordiales", "cordiales saludos", "atentamente", "un cordial saludo", "cordiali saluti",
    "distinti saluti", "saluti", "un saluto", "cordialmente", "atenciosamente", "com os melhores cumprimentos", "cumprimentos",
    "met vriendelijke groet", "met vriendelijke groeten", "vriendelijke groet", "groeten", "mvg", "med vänliga hälsningar",
    "vänliga hälsningar", "med venlig hilsen", "venlig hilsen", "mvh", "med vennlig hilsen", "vennlig hilsen", "hilsen",
    "ystävällisin terveisin", "terveisin", "z poważaniem", "pozdrawiam", "pozdrawiam serdecznie", "s pozdravem", "s pozdravom",
    "üdvözlettel", "tisztelettel", "cu stimă", "с уважением", "с наилучшими пожеланиями", "с найкращими побажаннями", "з повагою",
    "с уважение", "поздрави", "всего доброго", "με εκτίμηση", "saygılarımla", "saygılarımızla", "selamlar", "trân trọng",
    "בברכה", "בכבוד רב", "مع تحياتي", "تحياتي", "مع أطيب التحيات", "أطيب التحيات", "مع خالص التحية", "مع الشكر", "وتفضلوا بقبول فائق الاحترام",
    "مع فائق الاحترام", "مع الاحترام", "با احترام", "敬具", "此致", "祝好", "顺祝商祺", "감사합니다",
)  # fmt: skip

# What telephones and programs add below.
SENT_FROM = (
    "sent from my", "sent from mail", "sent from outlook", "sent from yahoo", "sent from samsung", "sent with proton", "sent via",
    "sent using", "get outlook for", "envoyé de mon", "envoyé depuis mon", "envoyé à partir de", "envoyé avec", "télécharger outlook",
    "obtenir outlook", "von meinem", "gesendet von mein", "gesendet mit", "gesendet von mail", "outlook für", "enviado desde mi",
    "enviado desde", "enviado do meu", "enviado a partir do", "obtener outlook", "inviato da", "inviato dal mio", "verstuurd vanaf mijn",
    "verzonden vanaf", "skickat från min", "sendt fra min", "lähetetty", "wysłane z", "wysłano z", "odesláno z", "odoslané z",
    "отправлено с", "отправлено из", "отправлено от", "надіслано з", "изпратено от", "εστάλη από", "iphone'umdan gönderildi",
    "נשלח מה", "أُرسلت من", "أرسلت من", "تم الإرسال من", "مرسل من", "iphoneから送信", "发自我的", "從我的", "나의 iphone에서 보냄",
)  # fmt: skip
SENT_FROM_ENDS = ("から送信", "'umdan gönderildi", "에서 보냄")

# Subjects of answers that nobody wrote, from programs that do not say so in a header.
AUTOMATIC_SUBJECTS = (
    "out of office", "out of the office", "automatic reply", "auto reply", "auto-reply", "autoreply", "auto response", "autoresponse",
    "vacation reply", "away from", "réponse automatique", "absence du bureau", "message d'absence", "automatische antwort",
    "abwesenheitsnotiz", "abwesenheitsnachricht", "abwesend", "respuesta automática", "fuera de la oficina", "risposta automatica",
    "resposta automática", "automatisch antwoord", "afwezig", "autosvar", "automatiskt svar", "automatisk svar", "automaattinen vastaus",
    "automatyczna odpowiedź", "automatická odpověď", "automatikus válasz", "автоответ", "автоматический ответ", "автоматична відповідь",
    "otomatik yanıt", "תשובה אוטומטית", "رد تلقائي", "الرد التلقائي", "自動返信", "自动回复", "자동 회신",
)  # fmt: skip
BOUNCE_SUBJECTS = (
    "undeliverable", "undelivered mail", "delivery status notification", "delivery failure", "mail delivery failed", "returned mail",
    "failure notice", "mail delivery failure", "unzustellbar", "non remis", "échec de la remise", "no se puede entregar", "недоставленное",
    "не удалось доставить", "تعذر التسليم",
)  # fmt: skip
