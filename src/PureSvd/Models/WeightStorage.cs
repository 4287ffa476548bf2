namespace PureSvd.Models;

/// <summary>Where the matrices of a loaded model lie.</summary>
public enum WeightStorage
{
    /// <summary>In the memory-mapped file, in the precision in which they are stored; the kernels widen them. Loading takes no time and no memory, but there are no gradients.</summary>
    Mapped,

    /// <summary>In memory, as float or double: what training and calibration by gradients need.</summary>
    Copied,
}
