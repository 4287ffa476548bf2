using System.Numerics;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Storage;

namespace PureSvd.Factorization;

/// <summary>A model whose target linears went through an encoder, as they would come back from a file.</summary>
/// <param name="Model">The model.</param>
/// <param name="Bytes">What the weights of its target linears take in the file.</param>
/// <param name="BytesBefore">What they took before, in the same element type.</param>
public sealed record EncodedModel<T>(TransformerModel<T> Model, long Bytes, long BytesBefore)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Encodes the dense weights, or the factors, of every target linear; a factor that layers share, once.</summary>
    /// <param name="model">A model, dense or factored.</param>
    /// <param name="encoder">The encoder; pruning is of dense weights.</param>
    /// <param name="type">The element type that the checkpoint has.</param>
    /// <param name="removed">The fraction of the bytes to remove, for an encoder that takes one.</param>
    /// <param name="statistics">By layer name, where the encoder needs any.</param>
    /// <param name="cancellationToken">Stops between layers.</param>
    /// <exception cref="ArgumentException">Statistics are missing, or the budget cannot be met.</exception>
    public static EncodedModel<T> Of(
        TransformerModel<T> model, WeightEncoder encoder, TensorDType type, double removed = 0, IReadOnlyDictionary<string, LayerStatistics>? statistics = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(encoder);
        var (bytes, before) = (0L, 0L);
        var bases = new Dictionary<string, Parameter<T>>(StringComparer.Ordinal);
        var replacements = new Dictionary<string, LinearLayer<T>>(StringComparer.Ordinal);
        foreach (var target in model.TargetLinears)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (name, linear) = (target.Name, target.Linear);
            before += (long)linear.Inputs * linear.Outputs * type.ByteSize();
            if (linear is LowRankLinear<T> low)
            {
                if (encoder.TakesBudget)
                    throw new ArgumentException($"{name} is factored, and {encoder.Name} is of dense weights.", nameof(model));
                if (!bases.TryGetValue(low.A.Name, out var a))
                    bases[low.A.Name] = a = Encoded(low.A.Name, low.A.Value);
                replacements[name] = new LowRankLinear<T>(name, a, Encoded(low.B.Name, low.B.Value), low.Bias, low.BasisOwner ?? name);
            }
            else if (linear.IsFactored)
            {
                throw new ArgumentException($"{name} is factored as a file stores it; load the model with copied weights to encode its factors.", nameof(model));
            }
            else
            {
                replacements[name] = new Linear<T>(name, Encoded(name + ".weight", linear.ToDense()), linear.Bias);
            }

            Parameter<T> Encoded(string tensor, Matrix<T> weight)
            {
                bytes += encoder.Specs(tensor, weight.Rows, weight.Columns, type, removed).Sum(s => s.ByteCount);
                return new Parameter<T>(tensor, encoder.Encode<T>(weight, statistics?.GetValueOrDefault(name), type, removed).Decoded);
            }
        }
        return new EncodedModel<T>(model.WithLinears(replacements), bytes, before);
    }
}
