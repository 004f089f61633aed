package io.dcd.engine.folding;

import io.dcd.engine.graph.Parameter;
import io.dcd.engine.operation.BatchNormalization;
import io.dcd.engine.operation.DynamicCoefficients;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The derived parameters of a folded graph, each with the formula that computes it. */
final class DerivedParameters {
    /** Each begins at a multiple of so many floats, a cache line: on others products take a fifth longer (measured). */
    private static final long ALIGNMENT = 16;

    private final List<Derivation> derivations = new ArrayList<>();
    private long end;

    /** Places them behind the first {@code end} parameters. */
    DerivedParameters(long end) {
        this.end = end;
    }

    List<Derivation> derivations() {
        return derivations;
    }

    /** a and c of a batch normalisation a·x + c at inference. */
    private static double[][] affine(BatchNormalization normalization, double[][] sources, int first) {
        double[] scale = sources[first];
        double[] shift = sources[first + 1];
        double[] mean = sources[first + 2];
        double[] variance = sources[first + 3];
        double[][] map = new double[2][scale.length];
        for (int c = 0; c < scale.length; c++) {
            map[0][c] = scale[c] / Math.sqrt(variance[c] + normalization.epsilon());
            map[1][c] = shift[c] - map[0][c] * mean[c];
        }
        return map;
    }

    /** W (k, k, C_in, C_out) = a_o·W[o, c, r, s]. */
    Parameter convolution(Parameter weights, BatchNormalization normalization) {
        int outputs = weights.shape().get(0);
        int inputs = weights.shape().get(1);
        int kernel = weights.shape().get(2);
        int taps = kernel * kernel;
        return add(
                weights,
                "folded",
                List.of(kernel, kernel, inputs, outputs),
                with(List.of(weights), normalization),
                (sources, target) -> {
                    double[] a = affine(normalization, sources, 1)[0];
                    for (int o = 0; o < outputs; o++) {
                        for (int c = 0; c < inputs; c++) {
                            for (int tap = 0; tap < taps; tap++) {
                                target[(tap * inputs + c) * outputs + o] =
                                        a[o] * sources[0][(o * inputs + c) * taps + tap];
                            }
                        }
                    }
                });
    }

    /** W (k, k, C) = a_c·W[r, s, c]. */
    Parameter depthwise(Parameter weights, BatchNormalization normalization) {
        int channels = weights.shape().get(2);
        return add(weights, "folded", weights.shape(), with(List.of(weights), normalization), (sources, target) -> {
            double[] a = affine(normalization, sources, 1)[0];
            for (int i = 0; i < target.length; i++) {
                target[i] = a[i % channels] * sources[0][i];
            }
        });
    }

    /** b = c of the batch normalisation. */
    Parameter bias(Parameter weights, BatchNormalization normalization) {
        return add(
                weights,
                "foldedBias",
                normalization.scale().shape(),
                with(List.of(), normalization),
                (sources, target) ->
                        System.arraycopy(affine(normalization, sources, 0)[1], 0, target, 0, target.length));
    }

    /** W (out, in) as rows of its inputs, padded. */
    Parameter transposed(Parameter weights) {
        int outputs = weights.shape().get(0);
        int inputs = weights.shape().get(1);
        int columns = DynamicCoefficients.padded(outputs);
        return add(weights, "transposed", List.of(inputs, columns), List.of(weights), (sources, target) -> {
            for (int o = 0; o < outputs; o++) {
                for (int i = 0; i < inputs; i++) {
                    target[i * columns + o] = sources[0][o * inputs + i];
                }
            }
        });
    }

    /** FCΦ as {@link #transposed}, its output (i, j) scaled by A₂[i]; (Φᵀ)[j, i] comes out, row by row. */
    Parameter fusion(DynamicLayer.Residual residual) {
        Parameter weights = residual.coefficients().weights();
        int outputs = weights.shape().get(0);
        int inputs = weights.shape().get(1);
        int latent = residual.product().rows();
        int columns = DynamicCoefficients.padded(outputs);
        List<Parameter> sources = new ArrayList<>(List.of(weights));
        residual.latent().ifPresent(part -> sources.addAll(with(List.of(), part.after())));
        return add(weights, "transposed", List.of(inputs, columns), sources, (values, target) -> {
            double[] after = residual.latent()
                    .map(part -> affine(part.after(), values, 1)[0])
                    .orElseGet(() -> ones(latent));
            for (int o = 0; o < outputs; o++) {
                int row = o / latent;
                int swapped = o % latent * latent + row;
                for (int i = 0; i < inputs; i++) {
                    target[i * columns + swapped] = after[row] * values[0][o * inputs + i];
                }
            }
        });
    }

    private static double[] ones(int count) {
        double[] values = new double[count];
        Arrays.fill(values, 1);
        return values;
    }

    /** (C_in, C_out): a_o·W_0[o, c]. */
    Parameter fixed(DynamicLayer layer) {
        Parameter weights = layer.fixed().weights();
        int outputs = weights.shape().get(0);
        int inputs = weights.shape().get(1);
        int columns = DynamicCoefficients.padded(outputs);
        return add(
                weights,
                "fixed",
                List.of(inputs, columns),
                with(List.of(weights), layer.normalization()),
                (sources, target) -> {
                    double[] a = affine(layer.normalization(), sources, 1)[0];
                    for (int o = 0; o < outputs; o++) {
                        for (int c = 0; c < inputs; c++) {
                            target[c * columns + o] = a[o] * sources[0][o * inputs + c];
                        }
                    }
                });
    }

    /** a_o·Σ_l P[o, l]·c₂[l] + c_o; in the plain form c_o alone. */
    Parameter bias(DynamicLayer layer) {
        Parameter weights = layer.fixed().weights();
        int outputs = weights.shape().get(0);
        List<Parameter> sources = new ArrayList<>(with(List.of(), layer.normalization()));
        Optional<DynamicLayer.Latent> latent = layer.residual().flatMap(DynamicLayer.Residual::latent);
        latent.ifPresent(part -> {
            sources.add(layer.residual().orElseThrow().left().weights());
            sources.addAll(with(List.of(), part.after()));
        });
        return add(weights, "bias", List.of(DynamicCoefficients.padded(outputs)), sources, (values, target) -> {
            double[][] map = affine(layer.normalization(), values, 0);
            System.arraycopy(map[1], 0, target, 0, outputs);
            latent.ifPresent(part -> {
                double[] after = affine(part.after(), values, 5)[1];
                for (int o = 0; o < outputs; o++) {
                    for (int l = 0; l < after.length; l++) {
                        target[o] += map[0][o] * values[4][o * after.length + l] * after[l];
                    }
                }
            });
        });
    }

    /** I (L, L) in the place of P, with which the latent path alone is formed. */
    Parameter identity(DynamicLayer.Residual residual) {
        int latent = residual.product().rows();
        int columns = DynamicCoefficients.padded(latent);
        return add(residual.left().weights(), "identity", List.of(latent, columns), List.of(), (values, target) -> {
            for (int l = 0; l < latent; l++) {
                target[l * columns + l] = 1;
            }
        });
    }

    /** Zeros in the place of what they name. */
    Parameter zeros(Parameter of, String key, Integer... shape) {
        return add(of, key, List.of(shape), List.of(), (values, target) -> {});
    }

    /** c₂, padded: the bias of the latent path; zero in the plain form. */
    Parameter latentBias(DynamicLayer.Residual residual) {
        int latent = residual.product().rows();
        List<Parameter> sources =
                residual.latent().map(part -> with(List.of(), part.after())).orElse(List.of());
        return add(
                residual.left().weights(),
                "latentBias",
                List.of(DynamicCoefficients.padded(latent)),
                sources,
                (values, target) -> residual.latent()
                        .ifPresent(part -> System.arraycopy(affine(part.after(), values, 0)[1], 0, target, 0, latent)));
    }

    /** (L, C_out): a_o·P[o, l]. */
    Parameter left(DynamicLayer layer) {
        Parameter weights = layer.residual().orElseThrow().left().weights();
        int outputs = weights.shape().get(0);
        int size = weights.shape().get(1);
        int columns = DynamicCoefficients.padded(outputs);
        return add(
                weights,
                "left",
                List.of(size, columns),
                with(List.of(weights), layer.normalization()),
                (values, target) -> {
                    double[] a = affine(layer.normalization(), values, 1)[0];
                    for (int l = 0; l < size; l++) {
                        for (int o = 0; o < outputs; o++) {
                            target[l * columns + o] = a[o] * values[0][o * size + l];
                        }
                    }
                });
    }

    /** (C_in + 1, L): A₁[l]·Qᵀ[l, c], and c₁ in the last row. */
    Parameter right(DynamicLayer.Residual residual) {
        Parameter weights = residual.right().weights();
        int size = weights.shape().get(0);
        int inputs = weights.shape().get(1);
        List<Parameter> sources = new ArrayList<>(List.of(weights));
        residual.latent().ifPresent(latent -> sources.addAll(with(List.of(), latent.before())));
        return add(weights, "right", List.of(inputs + 1, size), sources, (values, target) -> {
            double[][] before = residual.latent()
                    .map(latent -> affine(latent.before(), values, 1))
                    .orElseGet(() -> new double[][] {ones(size), new double[size]});
            for (int l = 0; l < size; l++) {
                for (int c = 0; c < inputs; c++) {
                    target[c * size + l] = before[0][l] * values[0][l * inputs + c];
                }
                target[inputs * size + l] = before[1][l];
            }
        });
    }

    private static List<Parameter> with(List<Parameter> first, BatchNormalization normalization) {
        return Stream.concat(first.stream(), normalization.parameters().stream())
                .toList();
    }

    private Parameter add(
            Parameter of, String key, List<Integer> shape, List<Parameter> sources, Derivation.Formula formula) {
        long begin = (end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        Parameter target = new Parameter(of.layer(), of.key() + "-" + key, begin, shape, Parameter.Kind.WEIGHT);
        end = begin + target.elements();
        derivations.add(new Derivation(target, sources, formula));
        return target;
    }
}
