"""The look of the pages: one style sheet, inside each page, allowed by its hash alone."""

from __future__ import annotations

import base64
import hashlib

CSS = """
:root{color-scheme:light dark;--page:#eef3f3;--card:#fff;--ink:#14262a;--soft:#4a5f64;
--line:#75898c;--edge:#dbe4e4;--accent:#0b6b73;--press:#095a61;--on:#fff;--link:#0b6b73;
--bad:#a4262c;--bad-page:#fdf1f1}
@media (prefers-color-scheme:dark){:root{--page:#0e1719;--card:#16242a;--ink:#e4eeee;
--soft:#a5b8bb;--line:#6f888e;--edge:#26383d;--accent:#117c85;--press:#0f6f77;--on:#fff;
--link:#63c7cf;--bad:#ff9b9b;--bad-page:#331d20}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;min-height:100vh;min-height:100dvh;display:flex;flex-direction:column;
background:var(--page);color:var(--ink);
font:1.0625rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
main{width:100%;max-width:29rem;margin:auto;padding:1.5rem 1rem}
.card{background:var(--card);border:1px solid var(--edge);border-top:4px solid var(--accent);
border-radius:.6rem;padding:1.75rem 1.5rem 1.9rem;box-shadow:0 1px 2px rgb(0 0 0/.06),
0 8px 28px rgb(0 0 0/.06)}
.eyebrow{margin:0 0 .3rem;color:var(--link);font-size:.95rem;font-weight:600;
overflow-wrap:anywhere}
h1{margin:0 0 .6rem;font-size:1.75rem;line-height:1.2;font-weight:650;letter-spacing:-.01em;
text-wrap:balance;overflow-wrap:anywhere}
p{margin:0 0 1rem}
.lead{color:var(--soft)}
label{display:block;margin:1.15rem 0 .35rem;font-weight:600}
input{width:100%;min-height:3rem;padding:.55rem .75rem;font:inherit;color:var(--ink);
background:var(--card);border:1px solid var(--line);border-radius:.4rem}
input[name=code]{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;
font-size:1.2rem;letter-spacing:.12em;text-transform:uppercase}
input:focus-visible,button:focus-visible,a:focus-visible{outline:3px solid var(--link);
outline-offset:2px}
[aria-invalid=true]{border-color:var(--bad);border-width:2px}
.hint{margin:.35rem 0 0;font-size:.93rem;color:var(--soft)}
button,.button{display:block;width:100%;min-height:3.1rem;margin:1.6rem 0 0;padding:.7rem 1rem;
font:inherit;font-weight:600;text-align:center;text-decoration:none;color:var(--on);
background:var(--accent);border:0;border-radius:.4rem;cursor:pointer}
button:hover,.button:hover{background:var(--press)}
a{color:var(--link)}
.alert{margin:1.1rem 0 0;padding:.75rem .9rem;color:var(--bad);background:var(--bad-page);
border-left:4px solid var(--bad);border-radius:.3rem}
.mark{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:1.35rem;
font-weight:600;letter-spacing:.08em}
.bar{height:4px;margin:1.4rem 0 0;overflow:hidden;border-radius:2px;background:var(--edge)}
.bar span{display:block;width:35%;height:100%;border-radius:2px;background:var(--link);
animation:go 1.6s ease-in-out infinite}
@keyframes go{from{transform:translateX(-100%)}to{transform:translateX(300%)}}
@media (prefers-reduced-motion:reduce){.bar span{width:100%;animation:none}}
.after{margin:1.1rem 0 0;text-align:center}
footer{padding:0 1rem 1.5rem;text-align:center;text-wrap:balance;font-size:.93rem;
color:var(--soft)}
""".strip()

CSS_HASH = base64.b64encode(hashlib.sha256(CSS.encode()).digest()).decode()
"""What Content-Security-Policy names the style sheet by (`style-src 'sha256-…'`)."""

ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
    "%3Crect width='16' height='16' rx='3.5' fill='%230b6b73'/%3E%3Cpath d='M5 3.5h6v9H5z' "
    "fill='%23fff'/%3E%3Ccircle cx='9.4' cy='8' r='.9' fill='%230b6b73'/%3E%3C/svg%3E"
)
"""A small door."""
