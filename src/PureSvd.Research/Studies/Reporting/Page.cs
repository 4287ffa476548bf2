using System.Net;
using System.Text;

namespace PureSvd.Research.Studies.Reporting;

/// <summary>Pieces of HTML.</summary>
internal static class Page
{
    internal static string Escape(string text) => WebUtility.HtmlEncode(text);

    /// <summary>A link that saves <paramref name="content"/>, which travels inside the page.</summary>
    internal static string Download(string file, string content, string text)
        => $"<a class=\"csv\" download=\"{Escape(file)}\" href=\"data:text/csv;charset=utf-8;base64,{Convert.ToBase64String(Encoding.UTF8.GetBytes(content))}\">{Escape(text)}</a>";

    /// <summary>Figures side by side where there is room, one below the other where there is not.</summary>
    internal static string Figure(string id, string caption, IEnumerable<string> panels, string @class = "", string? legend = null, string? table = null)
        => $"<figure id=\"{id}\"{(@class.Length > 0 ? $" class=\"{@class}\"" : "")}>{legend}<div class=\"panels\">{string.Concat(panels.Select(p => $"<div>{p}</div>"))}</div><figcaption>{caption}{(table is null ? "" : " " + table)}</figcaption></figure>\n";

    /// <summary>A part that is folded away on the screen.</summary>
    internal static string Details(string summary, string content) => $"<details><summary>{Escape(summary)}</summary>{content}</details>\n";
}
