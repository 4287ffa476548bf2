namespace PureSvd.Research.Studies.Plots;

/// <summary>Keeps labels apart.</summary>
internal static class Labels
{
    /// <summary>Moves ascending positions as little as needed to be <paramref name="gap"/> apart and within [<paramref name="low"/>, <paramref name="high"/>].</summary>
    internal static double[] Spread(IReadOnlyList<double> positions, double gap, double low, double high)
    {
        var places = positions.ToArray();
        for (var pass = 0; pass < 100; pass++)
        {
            var moved = false;
            for (var i = 1; i < places.Length; i++)
            {
                var overlap = gap - (places[i] - places[i - 1]);
                if (overlap <= 0.01)
                    continue;
                places[i - 1] -= overlap / 2;
                places[i] += overlap / 2;
                moved = true;
            }
            for (var i = 0; i < places.Length; i++)
                places[i] = Math.Clamp(places[i], low, Math.Max(low, high));
            if (!moved)
                break;
        }
        return places;
    }
}
