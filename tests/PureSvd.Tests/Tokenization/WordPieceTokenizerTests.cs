using PureSvd.Tests.Storage;
using PureSvd.Tokenization;

namespace PureSvd.Tests.Tokenization;

public class WordPieceTokenizerTests
{
    [Fact]
    public void Words_become_the_longest_pieces_and_a_pair_gets_its_special_tokens()
    {
        using var folder = new TemporaryFolder();
        folder.Write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nun\n##aff\n##able\n##a\n,\nwant\n##ed\n");
        var tokenizer = TokenizerFiles.Load(folder.Name);
        var encoding = tokenizer.Encode("UNaffable, xyz", "wanted");
        Assert.Equal("[CLS] un ##aff ##able , [UNK] [SEP] want ##ed [SEP]", string.Join(' ', encoding.Ids.Select(tokenizer.Piece)));
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 1, 1, 1], encoding.TypeIds);
    }
}
