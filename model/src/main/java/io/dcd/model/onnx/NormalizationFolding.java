package io.dcd.model.onnx;

import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Add;
import io.dcd.engine.operation.BatchNormalization;
import io.dcd.engine.operation.BatchedProduct;
import io.dcd.engine.operation.Convolution;
import io.dcd.engine.operation.DepthwiseConvolution;
import io.dcd.engine.operation.GroupedPointwise;
import io.dcd.engine.operation.MatrixProduct;
import io.dcd.engine.operation.Operation;
import io.dcd.engine.operation.Scale;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which batch normalisations vanish in the weights before them at inference, where they are y = a·x + c for each channel.
 * The factor a moves through sums, through the factors of samples and into the rows of the samples' own matrices, until
 * it reaches weights; c becomes a bias of one addend, or stays as a sum of its own. Both are exact.
 */
final class NormalizationFolding {
    private final Map<Tensor, Operation> producers = new HashMap<>();
    private final Map<Tensor, Integer> readers = new HashMap<>();
    private final Map<Tensor, double[]> factors = new HashMap<>();
    private final Map<Tensor, double[]> biases = new HashMap<>();
    private final Map<Tensor, Optional<double[]>> folded = new HashMap<>();

    NormalizationFolding(Graph graph, float[] parameters) {
        for (Operation operation : graph.operations()) {
            producers.put(operation.output(), operation);
            operation.inputs().forEach(input -> readers.merge(input, 1, Integer::sum));
        }
        readers.merge(graph.output(), 1, Integer::sum);
        for (Operation operation : graph.operations()) {
            if (operation instanceof BatchNormalization normalization && takesFactor(normalization.input())) {
                fold(normalization, parameters);
            }
        }
    }

    /** What the rows of the weights that write {@code output} are to be multiplied by, if by anything. */
    Optional<double[]> factor(Tensor output) {
        return Optional.ofNullable(factors.get(output));
    }

    /** What is to be added to {@code output} where it is written, if anything. */
    Optional<double[]> bias(Tensor output) {
        return Optional.ofNullable(biases.get(output));
    }

    /** Whether nothing remains of {@code normalization} but its activation and perhaps a {@link #remainder}. */
    boolean folds(BatchNormalization normalization) {
        return folded.containsKey(normalization.output());
    }

    /** The part of a folded normalisation that found no place: what must be added to its input. */
    Optional<double[]> remainder(BatchNormalization normalization) {
        return folded.get(normalization.output());
    }

    /** a = γ/√(σ² + ε). */
    static double[] factor(BatchNormalization normalization, float[] parameters) {
        double[] factor = values(normalization.scale(), parameters);
        double[] variance = values(normalization.runningVariance(), parameters);
        for (int c = 0; c < factor.length; c++) {
            factor[c] /= Math.sqrt(variance[c] + normalization.epsilon());
        }
        return factor;
    }

    /** The values of {@code parameter}. */
    static double[] values(Parameter parameter, float[] parameters) {
        double[] values = new double[parameter.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = parameters[Math.toIntExact(parameter.offset()) + i];
        }
        return values;
    }

    private void fold(BatchNormalization normalization, float[] parameters) {
        double[] factor = factor(normalization, parameters);
        double[] mean = values(normalization.runningMean(), parameters);
        double[] constant = values(normalization.shift(), parameters);
        for (int c = 0; c < factor.length; c++) {
            constant[c] -= factor[c] * mean[c];
        }
        pushFactor(normalization.input(), factor);
        boolean placed = pushBias(normalization.input(), constant);
        folded.put(normalization.output(), placed ? Optional.empty() : Optional.of(constant));
    }

    /** Whether one reader alone sees {@code tensor}, and what writes it can be multiplied channel by channel. */
    private boolean takesFactor(Tensor tensor) {
        Operation producer = producers.get(tensor);
        if (readers.get(tensor) != 1 || factors.containsKey(tensor)) {
            return false;
        }
        if (producer instanceof Add add) {
            return takesFactor(add.left()) && takesFactor(add.right());
        }
        if (producer instanceof Scale scale) {
            return takesFactor(scale.input());
        }
        if (producer instanceof BatchedProduct product) {
            return takesFactor(product.matrix());
        }
        return hasWeights(producer);
    }

    private void pushFactor(Tensor tensor, double[] factor) {
        Operation producer = producers.get(tensor);
        if (producer instanceof Add add) {
            pushFactor(add.left(), factor);
            pushFactor(add.right(), factor);
        } else if (producer instanceof Scale scale) {
            pushFactor(scale.input(), factor);
        } else if (producer instanceof BatchedProduct product) {
            // Row i of block b makes channel b·I + i; a row has J values.
            double[] rows = new double[factor.length * product.columns()];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = factor[i / product.columns()];
            }
            pushFactor(product.matrix(), rows);
        } else {
            factors.put(tensor, factor);
        }
    }

    /** Adds {@code bias} to what writes {@code tensor}; false if nothing there takes one. */
    private boolean pushBias(Tensor tensor, double[] bias) {
        Operation producer = producers.get(tensor);
        if (producer instanceof Add add) {
            return pushBias(add.left(), bias) || pushBias(add.right(), bias);
        }
        if (hasWeights(producer)) {
            biases.put(tensor, bias);
            return true;
        }
        return false;
    }

    private static boolean hasWeights(Operation operation) {
        return operation instanceof Convolution
                || operation instanceof DepthwiseConvolution
                || operation instanceof GroupedPointwise
                || operation instanceof MatrixProduct;
    }
}
