"""How a desk in English writes days and times: the month as a word between day and year, and 24 hours."""

DATE_FORMAT = "j F Y"
SHORT_DATE_FORMAT = "j M Y"
MONTH_DAY_FORMAT = "j M"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j F Y, H:i"
SHORT_DATETIME_FORMAT = "j M Y, H:i"
DAY_AND_TIME_FORMAT = "j M, H:i"
FIRST_DAY_OF_WEEK = 1
