"""How a desk in Russian writes days and times: figures where it is short, the month in its case where it is long."""

DATE_FORMAT = "j E Y г."
SHORT_DATE_FORMAT = "d.m.Y"
MONTH_DAY_FORMAT = "j E"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j E Y г., H:i"
SHORT_DATETIME_FORMAT = "d.m.Y, H:i"
DAY_AND_TIME_FORMAT = "j E, H:i"
FIRST_DAY_OF_WEEK = 1
