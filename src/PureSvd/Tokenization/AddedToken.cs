namespace PureSvd.Tokenization;

/// <summary>A token that is found in the text before anything else is: <c>[MASK]</c>.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text.</param>
/// <param name="IsSpecial">Left out when decoding.</param>
/// <param name="SingleWord">Found only where no letter or digit adjoins it.</param>
/// <param name="StripLeft">Takes the white space before it along.</param>
/// <param name="StripRight">Takes the white space behind it along.</param>
/// <param name="Normalized">Found in the normalized text, by its own normal form; otherwise in the raw text.</param>
internal sealed record AddedToken(int Id, string Content, bool IsSpecial = true, bool SingleWord = false, bool StripLeft = false, bool StripRight = false, bool Normalized = false);
