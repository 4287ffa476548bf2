using System.Text;

namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>A constituency tree with the Penn Treebank's labels. A leaf is a preterminal with its word.</summary>
internal sealed class Tree
{
    private Tree(string label, IReadOnlyList<Tree> children, string? word)
    {
        Label = label;
        Children = children;
        Word = word;
    }

    /// <summary>A preterminal over <paramref name="word"/>.</summary>
    internal static Tree Leaf(string label, string word) => new(label, [], word);

    /// <summary>A constituent.</summary>
    internal static Tree Node(string label, params IReadOnlyList<Tree> children) => new(label, children, null);

    internal string Label { get; }
    internal IReadOnlyList<Tree> Children { get; }

    /// <summary>The word of a preterminal; null for a constituent.</summary>
    internal string? Word { get; }

    /// <summary>Nodes on the longest path from here down to a preterminal, both counted.</summary>
    internal int Depth => Word is not null ? 1 : 1 + Children.Max(child => child.Depth);

    /// <summary>The labels of the children, the right-hand side of the rule that makes this node.</summary>
    internal string Production => string.Join(' ', Children.Select(child => child.Label));

    /// <summary>The preterminals from left to right.</summary>
    internal IEnumerable<Tree> Leaves => Word is not null ? [this] : Children.SelectMany(child => child.Leaves);

    /// <summary>The sentence: words joined by a space.</summary>
    internal string Text => string.Join(' ', Leaves.Select(leaf => leaf.Word));

    /// <summary>This node and all below it, each before its children.</summary>
    internal IEnumerable<Tree> Nodes => Children.SelectMany(child => child.Nodes).Prepend(this);

    /// <summary>The bracketed form, as in a treebank: <c>(S (NP …) (VP …))</c>.</summary>
    public override string ToString()
    {
        var builder = new StringBuilder();
        Write(builder);
        return builder.ToString();
    }

    private void Write(StringBuilder builder)
    {
        builder.Append('(').Append(Label);
        if (Word is not null)
            builder.Append(' ').Append(Word);
        foreach (var child in Children)
        {
            builder.Append(' ');
            child.Write(builder);
        }
        builder.Append(')');
    }
}
