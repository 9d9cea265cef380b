"""Django's settings: what is the same for every installation; what differs comes from fanal.environment."""

from fanal.applications import INSTALLED_APPS as INSTALLED_APPS
from fanal.environment import ROOT, environment
from fanal.running import logs, mail, postgres

SECRET_KEY = environment.secret_key
DEBUG = environment.debug
ALLOWED_HOSTS = environment.allowed_hosts or ["127.0.0.1", "localhost", "[::1]", environment.host]
CSRF_TRUSTED_ORIGINS = [environment.origin]
ROOT_URLCONF = "fanal.urls"
WSGI_APPLICATION = "fanal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "agents.Agent"

MIDDLEWARE = [
    "fanal.running.security.trusted_proxies",
    "fanal.running.security.strict_headers",
    "django.middleware.security.SecurityMiddleware",
    "fanal.api.widget.door.messages_first",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "fanal.running.security.storable_forms",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "DIRS": [ROOT / "fanal" / "templates"],
        "OPTIONS": {
            "builtins": ["fanal.desk.templatetags.drawn"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "fanal.desk.shell.shell",
            ],
        },
    },
]

DATABASES = {"default": postgres.settings(environment)}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ar", "العربية"), ("fr", "Français"), ("ru", "Русский")]
LOCALE_PATHS = [ROOT / "fanal" / "locale"]
FORMAT_MODULE_PATH = "fanal.locale"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [folder for folder in [ROOT / "fanal" / "static"] if folder.exists()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "fanal.running.static_files.VersionedFiles"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 3600

HTTPS = environment.origin.startswith("https://")

AUTHENTICATION_BACKENDS = ["fanal.desk.accounts.backend.AgentBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("UserAttributeSimilarityValidator", {"user_attributes": ("email", "name")}),
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "fanal.desk.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
MFA_ADAPTER = "fanal.desk.accounts.second_factor.SecondFactorAdapter"
MFA_FORMS = {"activate_totp": "fanal.desk.accounts.forms.AppForm"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
MFA_TOTP_ISSUER = "fanal"
USERSESSIONS_ADAPTER = "fanal.desk.accounts.adapter.SessionsAdapter"
USERSESSIONS_TRACK_ACTIVITY = False

# Counted in the database, because sign-ins come to any of several processes; see decision 6 in docs/decisions.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

SESSION_ENGINE = "fanal.desk.accounts.sessions"
SESSION_COOKIE_NAME = "__Host-fanal" if HTTPS else "fanal"
SESSION_COOKIE_AGE = 16 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if environment.trusted_proxies else None
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
# The reverse proxy, or nobody, sends plain requests on to https; subdomains are not ours to speak for.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]

MEDIA_ROOT = environment.home / "files"

globals().update(mail.settings(environment.smtp_url, environment.mail_from))

# Only the worker carries tasks out and knows them; the others defer them by name.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""

LOGGING = logs.settings(as_json=environment.log_json, debug=DEBUG)
