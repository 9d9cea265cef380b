"""How a desk in French writes days and times."""

DATE_FORMAT = "j F Y"
SHORT_DATE_FORMAT = "j N Y"
MONTH_DAY_FORMAT = "j N"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j F Y à H:i"
SHORT_DATETIME_FORMAT = "j N Y, H:i"
DAY_AND_TIME_FORMAT = "j N, H:i"
FIRST_DAY_OF_WEEK = 1
