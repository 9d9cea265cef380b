"""How a desk in Arabic writes days and times: the month as a word, so that no order of figures can be misread."""

DATE_FORMAT = "j F Y"
SHORT_DATE_FORMAT = "j F Y"
MONTH_DAY_FORMAT = "j F"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j F Y، H:i"
SHORT_DATETIME_FORMAT = "j F Y، H:i"
DAY_AND_TIME_FORMAT = "j F، H:i"
FIRST_DAY_OF_WEEK = 6
