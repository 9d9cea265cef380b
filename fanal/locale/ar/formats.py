"""How a desk in Arabic writes days and times: figures where it is short, the month as a word where it is long."""

DATE_FORMAT = "j F Y"
SHORT_DATE_FORMAT = "d/m/Y"
MONTH_DAY_FORMAT = "j F"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j F Y، H:i"
SHORT_DATETIME_FORMAT = "d/m/Y، H:i"
DAY_AND_TIME_FORMAT = "j F، H:i"
FIRST_DAY_OF_WEEK = 6
