namespace PureSvd.Research.Studies.Reporting;

/// <summary>The report's style sheet: one column of text, figures that follow light, dark and print.</summary>
internal static class ReportStyle
{
    internal const string Css = """
:root{--paper:#fffdf9;--ink:#1d1c1a;--soft:#5d5a54;--rule:#d9d4c8;--hair:#ebe7dd;--card:#f7f4ec;--accent:#7a2e1d;--link:#0b5a8a;
--s0:#0a66a8;--s1:#c2500a;--s2:#00805c;--s3:#a5457f;--s4:#8a6d00;--s5:#5a5a5a;
--s6:#3b3f9e;--s7:#d0322f;--s8:#3f7d1e;--s9:#7b4ea8;--s10:#00808c;--s11:#8c4a2f;
--good:#00694b;--bad:#a3291c;--part:#8a6100;--open:#5d5a54;
--serif:"Iowan Old Style","Palatino Linotype",Palatino,"URW Palladio L",P052,Charter,"Bitstream Charter",Cambria,Georgia,serif;
--sans:system-ui,-apple-system,"Segoe UI","Helvetica Neue",Arial,"Liberation Sans",sans-serif}
@media (prefers-color-scheme:dark){:root{--paper:#171613;--ink:#ece8df;--soft:#aaa499;--rule:#45413a;--hair:#2c2a25;--card:#201f1b;--accent:#e39a83;--link:#7fc0ea;
--s0:#62b0ea;--s1:#f0934a;--s2:#4cc79c;--s3:#e08fc0;--s4:#dcc14a;--s5:#b4b4b4;
--s6:#a0a5f5;--s7:#ff8a80;--s8:#9ccc65;--s9:#c9a6ec;--s10:#5fd0da;--s11:#d9a58a;--good:#62cfa4;--bad:#f08a7c;--part:#e0b453;--open:#aaa499}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;color-scheme:light dark}
body{margin:0;background:var(--paper);color:var(--ink);font:1.06rem/1.58 var(--serif);font-feature-settings:"onum","kern","liga";hyphens:manual}
main{max-width:66rem;margin:0 auto;padding:3rem 1.4rem 4rem}
.text,header>*,main>p,main>section>p,main>section>ul,main>section>ol,main>section>dl,main>section>h3,.claims{max-width:41rem}
h1{font-size:clamp(1.75rem,5.2vw,2.7rem);line-height:1.12;font-weight:600;letter-spacing:-.012em;margin:.2em 0 .35em;text-wrap:balance}
h2{font-size:1.42rem;line-height:1.25;font-weight:600;margin:3.1rem 0 .6rem;padding-top:1rem;border-top:1px solid var(--rule);text-wrap:balance}
h3{font-size:1.08rem;font-weight:600;margin:2rem 0 .4rem}
p{margin:0 0 .9rem;text-wrap:pretty}
a{color:var(--link);text-underline-offset:.15em;text-decoration-thickness:.06em}
.kicker{font:600 .78rem/1.4 var(--sans);letter-spacing:.09em;text-transform:uppercase;color:var(--accent);margin:0}
.byline{color:var(--soft);font-size:.97rem}
.lead{font-size:1.2rem;line-height:1.5}
nav{display:flex;flex-wrap:wrap;column-gap:.9em;font:.84rem/1.7 var(--sans);margin:1.4rem 0 0;color:var(--soft)}
nav a{color:inherit;white-space:nowrap}
ul,ol{padding-left:1.2rem;margin:0 0 1rem}
li{margin:.4rem 0}ul{list-style:disc}
.claims{list-style:none;padding:0;counter-reset:claim}
.claims>li{border-left:3px solid var(--c);padding:.1rem 0 .1rem 1.1rem;margin:1.5rem 0}
.claims .what{font-size:1.1rem;font-weight:600;margin:0 0 .15rem}
.claims .verdict{font:600 .8rem/1.4 var(--sans);letter-spacing:.04em;text-transform:uppercase;color:var(--c);margin:0 0 .4rem}
.claims ul{margin:.2rem 0 .4rem}
.claims .rule,.note{font-size:.9rem;line-height:1.45;color:var(--soft)}
.v-supported{--c:var(--good)}.v-supportedinpart{--c:var(--part)}.v-notsupported{--c:var(--bad)}.v-undecided{--c:var(--open)}
figure{margin:1.7rem 0 2.2rem;break-inside:avoid}
figcaption{font-size:.92rem;line-height:1.48;color:var(--soft);max-width:44rem;margin-top:.7rem}
figcaption b,caption b{color:var(--ink);font-weight:600}
.panels{display:grid;gap:1.5rem 2.2rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr))}
.small .panels{grid-template-columns:repeat(auto-fit,minmax(min(100%,18rem),1fr))}
.maps .panels{grid-template-columns:repeat(auto-fill,minmax(min(100%,13.6rem),1fr));gap:1.4rem 1.2rem}
.square .panels{grid-template-columns:repeat(auto-fill,minmax(min(100%,19rem),1fr))}
.panels>div{min-width:0}
svg{display:block;width:100%;height:auto;font-family:var(--sans);overflow:visible}
svg text{fill:var(--ink);font-feature-settings:"tnum","lnum"}
.ft{font-size:12.5px;font-weight:600}
.tick{font-size:11.5px;fill:var(--soft)}
.al{font-size:11.5px;fill:var(--soft)}
.rl{font-size:11px;fill:var(--soft)}
.dl{font-size:12.5px;font-weight:600}
.hv{font-size:10.5px}
.axis{stroke:var(--soft);stroke-width:1}
.grid{stroke:var(--hair);stroke-width:1}
.ref{stroke:var(--soft);stroke-width:1;stroke-dasharray:4 3}
.line{fill:none;stroke-width:1.9;stroke-linejoin:round;stroke-linecap:round}
.thin{fill:none;stroke-width:1.3;stroke-linejoin:round}
.mk{stroke:var(--paper);stroke-width:1}
.rep{opacity:.42}
.front{fill:none;stroke:var(--soft);stroke-width:5;opacity:.28;stroke-linejoin:round}
.ci{stroke-width:1.2}
.leader{stroke:var(--rule);stroke-width:.8}
.hc{stroke:var(--paper);stroke-width:1}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1.3rem;padding:0;margin:0 0 .9rem;font:.86rem/1.4 var(--sans)}
.legend li{display:flex;align-items:center;gap:.45rem;margin:0}
.legend svg{width:34px;height:14px;flex:none}
.ramp{display:flex;align-items:center;gap:.5rem;font:.8rem/1.4 var(--sans);color:var(--soft);margin:0 0 .9rem;flex-wrap:wrap}
.ramp i{display:block;width:9rem;height:.7rem;border:1px solid var(--hair)}
.tablebox{overflow-x:auto;margin:1.4rem 0 2rem;-webkit-overflow-scrolling:touch}
table{border-collapse:collapse;font:.84rem/1.35 var(--sans);font-feature-settings:"tnum","lnum";min-width:min(100%,30rem);border-bottom:1.5px solid var(--ink)}
caption{caption-side:top;text-align:left;font:.92rem/1.48 var(--serif);color:var(--soft);padding:0 0 .6rem;max-width:44rem}
caption span{display:block;position:sticky;left:0;max-width:min(44rem,calc(100vw - 2.6rem))}
thead th{border-top:1.5px solid var(--ink);border-bottom:1px solid var(--soft);font-weight:600;text-align:left;vertical-align:bottom;padding:.4rem .8rem .35rem 0}
td,tbody th{padding:.26rem .8rem .26rem 0;text-align:left;font-weight:400;white-space:nowrap;border-bottom:1px solid var(--hair)}
td.n,th.n{text-align:right}
thead th.n{white-space:normal;min-width:3.2rem}
.csv{font:.74rem/1 var(--sans);white-space:nowrap}
details{margin:.8rem 0 1.4rem}
summary{cursor:pointer;font:600 .88rem/1.5 var(--sans);color:var(--link)}
dl{margin:0}
dt{font-weight:600;margin-top:.7rem}
dd{margin:.05rem 0 0 0}
code{font:.86em ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace;overflow-wrap:anywhere}
.facts{font:.84rem/1.45 var(--sans)}
.facts dt{font-weight:600;margin-top:.5rem}
.facts dd{color:var(--soft);overflow-wrap:anywhere}
@media (max-width:34rem){body{font-size:1rem}main{padding:1.6rem 1rem 3rem}.lead{font-size:1.1rem}.maps .panels{grid-template-columns:repeat(2,minmax(0,1fr));gap:1rem .8rem}.maps.wide .panels,.square .panels{grid-template-columns:1fr!important}.maps.wide svg,.square svg{max-width:22rem!important}}
@media print{:root{--paper:#fff;--ink:#000;--soft:#444;--rule:#bbb;--hair:#e4e4e4;--card:#fff}body{font-size:10pt}main{max-width:none;padding:0}nav,.csv{display:none}p>.csv{display:inline;color:inherit}
h2{break-after:avoid}.tablebox{overflow:visible}table{font-size:7.5pt;break-inside:auto}tr{break-inside:avoid}.panels{grid-template-columns:repeat(2,1fr)}.small .panels{grid-template-columns:repeat(3,1fr)}.maps .panels{grid-template-columns:repeat(4,1fr)}}
""";
}
