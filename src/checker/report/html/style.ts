/** One sheet for screens of all widths, for the dark and for paper. */
export const STYLE = `
:root{color-scheme:light dark;
--paper:#fff;--wash:#f5f6f8;--ink:#1c2026;--soft:#545c66;--line:#dcdfe4;--link:#0b57a8;
--bad:#b0241c;--bad-wash:#fcefee;--good:#1b6b36;--good-wash:#edf6ef;--warn:#745000;--warn-wash:#faf3e0;--rest:#59616b;
--bar-good:#3d9a5c;--bar-bad:#cf3f36;--bar-warn:#c79a2b;--bar-rest:#c3c8cf;
--mono:ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,"Liberation Mono",monospace}
@media (prefers-color-scheme:dark){:root{
--paper:#15181c;--wash:#1d2126;--ink:#e7e9ec;--soft:#a4acb6;--line:#343a42;--link:#82b6f5;
--bad:#ff9d94;--bad-wash:#341c1b;--good:#7fd09a;--good-wash:#17291d;--warn:#e5bf68;--warn-wash:#2d2514;--rest:#a4acb6;
--bar-good:#3f9a5d;--bar-bad:#d9534a;--bar-warn:#b98f2a;--bar-rest:#4b525b}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-padding-top:1rem}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Liberation Sans",Arial,sans-serif}
header,main,footer{max-width:62rem;margin:0 auto;padding:0 1.25rem}
a{color:var(--link);text-decoration-thickness:1px;text-underline-offset:.18em}
:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:2px}
h1,h2,h3{line-height:1.2;text-wrap:balance;overflow-wrap:anywhere}
h2{font-size:1.3rem;letter-spacing:-.01em;margin:3.25rem 0 .9rem}
h3{font-size:1rem;margin:2rem 0 .4rem}h3 small{font-weight:400;white-space:nowrap}
p{margin:.5rem 0;text-wrap:pretty}
small,.soft{color:var(--soft)}
code,pre{font-family:var(--mono);font-size:.8125rem}
.number{font-variant-numeric:tabular-nums}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.masthead{display:flex;justify-content:space-between;align-items:baseline;gap:1rem;padding:1.5rem 0 .8rem;border-bottom:1px solid var(--line);font-size:.9rem}
.brand{color:var(--ink);font-weight:700;font-size:1.05rem;letter-spacing:-.02em;text-decoration:none}
h1{font-size:clamp(1.35rem,4.4vw,2.1rem);letter-spacing:-.022em;font-weight:650;margin:2.4rem 0 1.2rem}
.verdict{border-left:4px solid;padding:.15rem 0 .15rem 1.1rem;max-width:46rem}
.verdict.good{border-color:var(--bar-good)}.verdict.bad{border-color:var(--bar-bad)}
.verdict .headline{font-size:1.3rem;font-weight:650;letter-spacing:-.012em;margin:0 0 .4rem}
.good .headline{color:var(--good)}.bad .headline{color:var(--bad)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(7.5rem,1fr));gap:1rem 1.5rem;margin:2rem 0 0;padding:1.1rem 0;border:solid var(--line);border-width:1px 0}
.facts dt{color:var(--soft);font-size:.8rem}.facts dd{margin:.1rem 0 0;overflow-wrap:anywhere}
.levels{list-style:none;margin:0;padding:0}
.levels li{display:grid;grid-template-columns:5rem 1fr 17rem;gap:.15rem 1.2rem;align-items:center;padding:.7rem 0;border-bottom:1px solid var(--line)}
.levels svg{width:100%;height:.6rem;display:block;border-radius:.3rem}
.levels small{grid-column:2/-1}
.levels b{font-weight:650}
.bar-passed{fill:var(--bar-good)}.bar-failed{fill:var(--bar-bad)}.bar-expected,.bar-blocked{fill:var(--bar-warn)}.bar-skipped{fill:var(--bar-rest)}
.failures{margin:0;padding:0;list-style:none;counter-reset:failure}
.failures li{display:grid;grid-template-columns:1fr auto;gap:0 1rem;padding:.8rem 0;border-bottom:1px solid var(--line)}
.failures a{font-weight:550;color:var(--ink);text-decoration-color:var(--line)}.failures a:hover{text-decoration-color:currentColor}
.failures p{grid-column:1/-1;margin:.15rem 0 0;color:var(--soft);font-size:.925rem}
.tag{display:inline-block;font-size:.75rem;line-height:1.5;padding:0 .45rem;border:1px solid var(--line);border-radius:.25rem;color:var(--soft);white-space:nowrap;height:fit-content}
.tag.must{color:var(--ink);border-color:var(--soft);font-weight:600}
.tag.new{color:var(--bad);border-color:currentColor}.tag.mended{color:var(--good);border-color:currentColor}
table{border-collapse:collapse;width:100%;font-size:.925rem}
th,td{text-align:left;padding:.42rem .6rem;border-bottom:1px solid var(--line);vertical-align:baseline}
thead th{color:var(--soft);font-weight:500;font-size:.8rem;border-bottom-color:var(--soft)}
thead th:first-child{padding-left:0}tbody th{font-weight:500;padding-left:0}tbody th a,.failures a{overflow-wrap:anywhere}tbody th small{font-weight:400;white-space:nowrap}
.matrix td,.matrix thead th+th{width:6.5rem;text-align:right;white-space:nowrap}
.matrix td a{position:relative;text-decoration:none;color:inherit}.matrix td a:hover{text-decoration:underline}
td.failed{background:var(--bad-wash);color:var(--bad);font-weight:650}
td.expected,td.blocked{background:var(--warn-wash);color:var(--warn)}
td.passed{color:var(--good)}td.skipped{color:var(--soft)}
#filters{background:var(--wash);border:1px solid var(--line);border-radius:.5rem;padding:1rem;display:grid;gap:.8rem}
#filters[hidden]{display:none}
fieldset{border:0;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:.35rem;align-items:center}
legend{float:left;width:4.8rem;color:var(--soft);font-size:.85rem}
.pill{position:relative;display:inline-flex}
.pill input{position:absolute;inset:0;opacity:0;margin:0;width:100%;height:100%;cursor:pointer}
.pill span{border:1px solid var(--soft);border-radius:1rem;padding:.1rem .75rem;font-size:.85rem;background:var(--paper)}
.pill input:checked+span{background:var(--ink);color:var(--paper);border-color:var(--ink)}
.pill input:focus-visible+span{outline:2px solid var(--link);outline-offset:2px}
.row{display:flex;flex-wrap:wrap;gap:.6rem;align-items:center}
input[type=search],select{flex:1 1 12rem;min-width:0;max-width:100%;font:inherit;font-size:.9rem;padding:.4rem .6rem;border:1px solid var(--soft);border-radius:.35rem;background:var(--paper);color:var(--ink)}
::placeholder{color:var(--soft);opacity:1}
button{font:inherit;font-size:.85rem;padding:.3rem .75rem;border:1px solid var(--soft);border-radius:.35rem;background:var(--paper);color:var(--ink);cursor:pointer}
button:hover{border-color:var(--ink)}
.check{border-bottom:1px solid var(--line);scroll-margin-top:.75rem}
.check>summary{display:grid;grid-template-columns:1.2rem 1fr auto;gap:0 .6rem;padding:.5rem 0;cursor:pointer;list-style:none;align-items:baseline}
.check>summary::-webkit-details-marker{display:none}
.check>summary:hover .title{text-decoration:underline;text-decoration-thickness:1px;text-underline-offset:.2em}
.check .title{overflow-wrap:anywhere}
.check .id{display:block;font-family:var(--mono);font-size:.75rem;color:var(--soft);overflow-wrap:anywhere}
.mark{font-weight:700;text-align:center}
.failed>summary .mark{color:var(--bad)}.passed>summary .mark{color:var(--good)}
.expected>summary .mark,.blocked>summary .mark{color:var(--warn)}.skipped>summary .mark{color:var(--rest)}
.failed>summary .title{font-weight:600}.skipped>summary .title{color:var(--soft)}
.body{padding:.2rem 0 1.3rem 1.8rem}
.story{display:grid;grid-template-columns:6.5rem 1fr;gap:.45rem 1rem;margin:.3rem 0 1rem;max-width:48rem}
.story dt{color:var(--soft);font-size:.875rem;padding-top:.08rem}.story dd{margin:0;overflow-wrap:anywhere;unicode-bidi:isolate}
.exchange{border:1px solid var(--line);border-radius:.45rem;margin:.7rem 0 0;overflow:hidden}
.exchange>summary{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1rem;padding:.5rem .8rem;background:var(--wash);cursor:pointer;font-family:var(--mono);font-size:.8125rem;overflow-wrap:anywhere}
.exchange>summary>span:first-child{min-width:0}
.part{position:relative;border-top:1px solid var(--line);padding:.6rem .8rem}
.part h4{margin:0 0 .3rem;font-size:.75rem;font-weight:500;color:var(--soft)}
.part button{position:absolute;top:.4rem;right:.5rem;font-size:.75rem;padding:.1rem .5rem}
pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:isolate;line-height:1.5;tab-size:2}
.plain{padding-left:1.1rem}.plain li{margin:.35rem 0;overflow-wrap:anywhere}
footer{margin-top:4rem;padding-top:1.2rem;padding-bottom:2.5rem;color:var(--soft);font-size:.875rem}
footer>div{border-top:1px solid var(--line);padding-top:1.2rem}
@media (max-width:40rem){
header,main,footer{padding-left:1rem;padding-right:1rem}
.levels li{grid-template-columns:5.2rem 1fr;gap:.2rem .7rem}.levels .number,.levels small{grid-column:1/-1}
.matrix{font-size:.85rem}.matrix th,.matrix td{padding:.4rem .25rem}.matrix td,.matrix thead th+th{width:auto}
.matrix tbody th{padding-left:0}.matrix tbody th small{display:block}
.body{padding-left:0}.story{grid-template-columns:1fr;gap:0}.story dd{margin-bottom:.6rem}
legend{float:none;width:100%;padding:0 0 .2rem}}
@media print{
@page{margin:16mm 14mm}
:root{color-scheme:light;--paper:#fff;--wash:#f5f6f8;--ink:#000;--soft:#454b53;--line:#c9cdd3;--link:#000;--bad:#9c1c15;--good:#155a2c;--warn:#644500;--rest:#454b53;
--bad-wash:#fcefee;--warn-wash:#faf3e0;--bar-good:#3d9a5c;--bar-bad:#cf3f36;--bar-warn:#c79a2b;--bar-rest:#c3c8cf}
html{font-size:10pt}body{font-size:1rem;print-color-adjust:exact;-webkit-print-color-adjust:exact}
header,main,footer{max-width:none;padding-left:0;padding-right:0}
#filters,button{display:none!important}
.group[hidden],.check[hidden]{display:block}
details::details-content{content-visibility:visible!important;block-size:auto!important;height:auto!important}
h2{margin-top:2rem;break-after:avoid}h3{break-after:avoid}
.check>summary,.levels li,.failures li,tr,.passed,.skipped,.blocked{break-inside:avoid}
.check>summary{break-after:avoid}
.check>summary{padding:.3rem 0 0}.body{padding:0 0 .5rem 1.8rem}.story{margin:.2rem 0;gap:.1rem 1rem}.story dt{padding-top:0}.failed .body{padding-bottom:1.2rem}.exchange{overflow:visible}
a{text-decoration:none}}
`;
