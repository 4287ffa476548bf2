using System.Globalization;

namespace PureSvd.LinearAlgebra;

/// <summary>Bytes of the caches that <see cref="BlockSizes"/> are cut for.</summary>
/// <param name="Second">Of one core.</param>
/// <param name="Third">Shared by cores.</param>
internal sealed record CacheSizes(long Second, long Third)
{
    /// <summary>Where the system does not say: most processors since 2017 have these or more.</summary>
    internal static readonly CacheSizes Typical = new(1 << 20, 16 << 20);

    /// <summary>Read once: the first product and all later ones are cut alike.</summary>
    internal static readonly CacheSizes OfThisMachine = Read("/sys/devices/system/cpu/cpu0/cache");

    /// <summary>What Linux says of one processor, in a folder <c>index0</c>, <c>index1</c>, … for each cache, with files <c>level</c>, <c>type</c> and <c>size</c> ("1024K"); typical sizes for what it does not say.</summary>
    /// <param name="folder">The folder; it need not exist.</param>
    internal static CacheSizes Read(string folder)
    {
        long second = 0, third = 0;
        try
        {
            foreach (var cache in Directory.Exists(folder) ? Directory.GetDirectories(folder, "index*") : [])
            {
                if (Text(cache, "type") == "Instruction")
                    continue;
                if (Text(cache, "level") == "2")
                    second = Bytes(Text(cache, "size"));
                else if (Text(cache, "level") == "3")
                    third = Bytes(Text(cache, "size"));
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A container may hide them: products run all the same.
        }

        return new CacheSizes(second > 0 ? second : Typical.Second, third > 0 ? third : Typical.Third);
    }

    private static string Text(string cache, string file) => Path.Combine(cache, file) is var path && File.Exists(path) ? File.ReadAllText(path).Trim() : "";

    private static long Bytes(string size)
    {
        var unit = size.EndsWith('K') ? 1 << 10 : size.EndsWith('M') ? 1 << 20 : 1;
        return long.TryParse(size.TrimEnd('K', 'M'), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= long.MaxValue >> 20 ? count * unit : 0;
    }
}
