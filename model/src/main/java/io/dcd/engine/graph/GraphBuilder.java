package io.dcd.engine.graph;

import io.dcd.engine.operation.Activate;
import io.dcd.engine.operation.Activation;
import io.dcd.engine.operation.Add;
import io.dcd.engine.operation.AveragePooling;
import io.dcd.engine.operation.BatchNormalization;
import io.dcd.engine.operation.BatchedConvolution;
import io.dcd.engine.operation.BatchedDepthwiseConvolution;
import io.dcd.engine.operation.BatchedProduct;
import io.dcd.engine.operation.Broadcast;
import io.dcd.engine.operation.Convolution;
import io.dcd.engine.operation.DepthwiseConvolution;
import io.dcd.engine.operation.Dropout;
import io.dcd.engine.operation.GroupedPointwise;
import io.dcd.engine.operation.ImageNormalization;
import io.dcd.engine.operation.MatrixProduct;
import io.dcd.engine.operation.MaxPooling;
import io.dcd.engine.operation.Mixture;
import io.dcd.engine.operation.Operation;
import io.dcd.engine.operation.Scale;
import io.dcd.engine.operation.ScaledSum;
import io.dcd.engine.operation.Softmax;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Writes a {@link Graph} operation by operation. Every method takes the tensors that the operation reads and returns
 * the one that it writes, and refuses shapes that do not fit with an {@link IllegalArgumentException} that names them.
 */
public final class GraphBuilder {
    private final List<Tensor> tensors = new ArrayList<>();
    private final List<Tensor> inputs = new ArrayList<>();
    private final List<Operation> operations = new ArrayList<>();
    private String layer = "";

    /** Names the layer that the next operations belong to. */
    public GraphBuilder inLayer(String name) {
        layer = name;
        return this;
    }

    /** A tensor that the caller of the plan fills. */
    public Tensor input(String name, Shape shape) {
        Tensor tensor = new Tensor(tensors.size(), name, shape);
        tensors.add(tensor);
        inputs.add(tensor);
        return tensor;
    }

    /** The plan's 8-bit RGB images, normalised. */
    public Tensor images(int height, int width, List<Double> mean, List<Double> deviation) {
        require(
                mean.size() == 3 && deviation.size() == 3,
                "three means and deviations are needed, got %d and %d",
                mean.size(),
                deviation.size());
        return append(new ImageNormalization(mean, deviation, tensor("images", new Shape(height, width, 3))));
    }

    /** {@link Convolution} with weights (C_out, C_in, k, k). */
    public Tensor convolution(String name, Tensor input, Parameter weights, int stride, int padding) {
        List<Integer> extents = weights.shape();
        require(
                extents.size() == 4 && extents.get(2).equals(extents.get(3)),
                "%s: weights must be (out, in, k, k), got %s",
                weights.name(),
                extents);
        require(
                extents.get(1) == input.shape().channels(),
                "%s: weights of %d input channels do not fit %s",
                weights.name(),
                extents.get(1),
                input);
        Shape shape = windows(input, extents.get(2), stride, padding, extents.get(0));
        return append(new Convolution(
                input, weights, effective(stride, input, extents.get(2), padding), padding, tensor(name, shape)));
    }

    /** {@link DepthwiseConvolution} with weights (k, k, C). */
    public Tensor depthwiseConvolution(String name, Tensor input, Parameter weights, int stride, int padding) {
        List<Integer> extents = weights.shape();
        require(
                extents.size() == 3 && extents.get(0).equals(extents.get(1)),
                "%s: weights must be (k, k, channels), got %s",
                weights.name(),
                extents);
        require(
                extents.get(2) == input.shape().channels(),
                "%s: weights of %d channels do not fit %s",
                weights.name(),
                extents.get(2),
                input);
        Shape shape = windows(input, extents.get(0), stride, padding, extents.get(2));
        return append(new DepthwiseConvolution(
                input, weights, effective(stride, input, extents.get(0), padding), padding, tensor(name, shape)));
    }

    /** {@link BatchNormalization} followed by {@code activation}. */
    public Tensor batchNormalization(
            String name, Tensor input, NormalizationParameters parameters, Activation activation) {
        for (Parameter parameter : parameters.all()) {
            requireVector(parameter, input.shape().channels(), input);
        }
        if (activation == Activation.SIGMOID) {
            // The others are clips, which backends compute together with the normalisation; this one runs by itself.
            Tensor normalized = batchNormalization(name + "Normalized", input, parameters, Activation.IDENTITY);
            return activate(name, normalized, activation);
        }
        return append(new BatchNormalization(
                input,
                parameters.scale(),
                parameters.shift(),
                parameters.runningMean(),
                parameters.runningVariance(),
                parameters.epsilon(),
                parameters.momentum(),
                activation,
                tensor(name, input.shape())));
    }

    /** {@link Activate}; the identity adds nothing. */
    public Tensor activate(String name, Tensor input, Activation activation) {
        if (activation == Activation.IDENTITY) {
            return input;
        }
        return append(new Activate(input, activation, tensor(name, input.shape())));
    }

    /** {@link AveragePooling} to {@code height × width}. */
    public Tensor averagePooling(String name, Tensor input, int height, int width) {
        Shape shape = new Shape(height, width, input.shape().channels());
        require(
                (long) shape.positions() * input.shape().positions() <= Integer.MAX_VALUE,
                "%s is too large to be pooled to %d × %d",
                input,
                height,
                width);
        return append(new AveragePooling(input, tensor(name, shape)));
    }

    /** {@link MaxPooling}. */
    public Tensor maxPooling(String name, Tensor input, int kernel, int stride, int padding) {
        require(padding <= kernel / 2, "padding %d is more than half of the kernel %d", padding, kernel);
        Shape shape = windows(input, kernel, stride, padding, input.shape().channels());
        return append(
                new MaxPooling(input, kernel, effective(stride, input, kernel, padding), padding, tensor(name, shape)));
    }

    /** {@link MatrixProduct} without a bias; weights (out, in). */
    public Tensor matrixProduct(String name, Tensor input, Parameter weights) {
        return matrixProduct(name, input, weights, Optional.empty());
    }

    /** {@link MatrixProduct}; weights (out, in), bias (out). */
    public Tensor matrixProduct(String name, Tensor input, Parameter weights, Optional<Parameter> bias) {
        List<Integer> extents = weights.shape();
        require(extents.size() == 2, "%s: weights must be (out, in), got %s", weights.name(), extents);
        require(
                extents.get(1) == input.shape().elements(),
                "%s: weights of %d inputs do not fit %s",
                weights.name(),
                extents.get(1),
                input);
        bias.ifPresent(b -> requireVector(b, extents.get(0), input));
        return append(new MatrixProduct(input, weights, bias, tensor(name, Shape.vector(extents.get(0)))));
    }

    /** {@link BatchedProduct} of a full matrix for each sample with each of its positions. */
    public Tensor batchedProduct(String name, Tensor matrix, Tensor input) {
        return batchedProduct(name, matrix, 1, input);
    }

    /** {@link BatchedProduct} of a matrix of {@code blocks} for each sample with each of its positions. */
    public Tensor batchedProduct(String name, Tensor matrix, int blocks, Tensor input) {
        int columns = input.shape().channels();
        require(blocks >= 1 && columns % blocks == 0, "%s cannot be divided into %d blocks", input, blocks);
        require(
                matrix.shape().positions() == 1 && matrix.shape().channels() % columns == 0,
                "%s does not hold a matrix of %d columns in %d blocks",
                matrix,
                columns,
                blocks);
        int rows = matrix.shape().channels() / columns * blocks;
        Shape shape = new Shape(input.shape().height(), input.shape().width(), rows);
        return append(new BatchedProduct(matrix, blocks, input, tensor(name, shape)));
    }

    /** {@link BatchedConvolution} with a kernel (k, k, C_out·C_in) for each sample. */
    public Tensor batchedConvolution(String name, Tensor kernel, Tensor input, int stride, int padding) {
        Shape extents = kernel.shape();
        int inputs = input.shape().channels();
        require(
                extents.height() == extents.width() && extents.channels() % inputs == 0,
                "%s holds no kernels for %s",
                kernel,
                input);
        Shape shape = windows(input, extents.height(), stride, padding, extents.channels() / inputs);
        return append(new BatchedConvolution(
                kernel, input, effective(stride, input, extents.height(), padding), padding, tensor(name, shape)));
    }

    /** {@link BatchedDepthwiseConvolution} with a kernel (k, k, C) for each sample. */
    public Tensor batchedDepthwiseConvolution(String name, Tensor kernel, Tensor input, int stride, int padding) {
        Shape extents = kernel.shape();
        int channels = input.shape().channels();
        require(
                extents.height() == extents.width() && extents.channels() == channels,
                "%s holds no depthwise kernels for %s",
                kernel,
                input);
        Shape shape = windows(input, extents.height(), stride, padding, channels);
        return append(new BatchedDepthwiseConvolution(
                kernel, input, effective(stride, input, extents.height(), padding), padding, tensor(name, shape)));
    }

    /** A 1×1 convolution in {@code groups} of channels, weights (C_out, C_in/G, 1, 1); {@link GroupedPointwise} if G > 1. */
    public Tensor groupedPointwise(String name, Tensor input, Parameter weights, int groups, int stride) {
        if (groups == 1) {
            return convolution(name, input, weights, stride, 0);
        }
        List<Integer> extents = weights.shape();
        require(
                groups >= 1
                        && extents.size() == 4
                        && extents.get(0) % groups == 0
                        && (long) extents.get(1) * groups == input.shape().channels()
                        && extents.get(2) * extents.get(3) == 1,
                "%s: weights %s do not fit %s in %d groups",
                weights.name(),
                extents,
                input,
                groups);
        Tensor sampled = sampled(name + "Sampled", input, stride);
        Shape shape = new Shape(sampled.shape().height(), sampled.shape().width(), extents.get(0));
        return append(new GroupedPointwise(sampled, weights, groups, tensor(name, shape)));
    }

    /** Every {@code stride}-th position in both directions, from the first on; a stride of 1 adds nothing. */
    public Tensor sampled(String name, Tensor input, int stride) {
        return stride == 1 ? input : maxPooling(name, input, 1, stride, 0);
    }

    /** {@link Mixture} of the arrays of {@code weights} (K, …), each of {@code shape}. */
    public Tensor mixture(String name, Tensor coefficients, Parameter weights, Shape shape) {
        int arrays = coefficients.shape().elements();
        require(
                coefficients.shape().positions() == 1
                        && weights.shape().get(0) == arrays
                        && weights.elements() == (long) arrays * shape.elements(),
                "%s: weights %s are not %d arrays of %s",
                weights.name(),
                weights.shape(),
                arrays,
                shape);
        return append(new Mixture(coefficients, weights, tensor(name, shape)));
    }

    /** {@link Broadcast} of {@code weights}, read as {@code shape}. */
    public Tensor broadcast(String name, Parameter weights, Shape shape) {
        require(
                weights.elements() == shape.elements(),
                "%s: weights %s are not %s",
                weights.name(),
                weights.shape(),
                shape);
        return append(new Broadcast(weights, tensor(name, shape)));
    }

    /** {@link Scale} of every channel by the sample's own factor. */
    public Tensor scale(String name, Tensor input, Tensor factor) {
        require(
                factor.shape().equals(Shape.vector(input.shape().channels())),
                "factors %s do not fit %s",
                factor,
                input);
        return append(new Scale(input, factor, tensor(name, input.shape())));
    }

    /** {@link ScaledSum}: {@code input} scaled as by {@link #scale}, plus {@code summand}. */
    public Tensor scaledSum(String name, Tensor input, Tensor factor, Tensor summand) {
        require(
                factor.shape().equals(Shape.vector(input.shape().channels())),
                "factors %s do not fit %s",
                factor,
                input);
        require(summand.shape().equals(input.shape()), "cannot add %s and %s", input, summand);
        require(!summand.equals(input), "%s is added to itself: scale it instead", input);
        return append(new ScaledSum(input, factor, summand, tensor(name, input.shape())));
    }

    /** {@link Softmax} with the temperature (1). */
    public Tensor softmax(String name, Tensor input, Parameter temperature) {
        require(input.shape().positions() == 1, "the softmax of a vector is needed, got %s", input);
        require(!temperature.kind().trainable(), "%s must be a statistic", temperature.name());
        requireVector(temperature, 1, input);
        return append(new Softmax(input, temperature, tensor(name, input.shape())));
    }

    /** {@link Add}. */
    public Tensor add(String name, Tensor left, Tensor right) {
        require(left.shape().equals(right.shape()), "cannot add %s and %s", left, right);
        require(!left.equals(right), "%s is added to itself: scale it instead", left);
        return append(new Add(left, right, tensor(name, left.shape())));
    }

    /** {@link Dropout}; a rate of 0 adds nothing. */
    public Tensor dropout(String name, Tensor input, double rate) {
        require(rate >= 0 && rate < 1, "the dropout rate must lie in 0 ≤ rate < 1, got %s", rate);
        return rate == 0 ? input : append(new Dropout(input, rate, tensor(name, input.shape())));
    }

    /** The finished graph, whose result is {@code output}; {@code parameters} are all slices of the flat vector. */
    public Graph build(Tensor output, List<Parameter> parameters) {
        return new Graph(tensors, inputs, operations, output, parameters);
    }

    private Tensor append(Operation operation) {
        operations.add(operation);
        return operation.output();
    }

    private Tensor tensor(String name, Shape shape) {
        String qualified = layer.isEmpty() ? name : layer + "." + name;
        Tensor tensor = new Tensor(tensors.size(), qualified, shape);
        tensors.add(tensor);
        return tensor;
    }

    private static Shape windows(Tensor input, int kernel, int stride, int padding, int channels) {
        require(
                kernel >= 1 && stride >= 1 && padding >= 0,
                "kernel %d, stride %d or padding %d is out of range",
                kernel,
                stride,
                padding);
        long height = input.shape().height() + 2L * padding - kernel;
        long width = input.shape().width() + 2L * padding - kernel;
        require(height >= 0 && width >= 0, "a kernel of %d is larger than %s with padding %d", kernel, input, padding);
        require(
                Math.max(height, width) / stride < Integer.MAX_VALUE,
                "%s with padding %d has too many positions",
                input,
                padding);
        return new Shape((int) (height / stride) + 1, (int) (width / stride) + 1, channels);
    }

    /** The least stride with the same windows as one that leaves the map at once: oneDNN crashes with some of the others. */
    private static int effective(int stride, Tensor input, int kernel, int padding) {
        int extent = Math.max(input.shape().height(), input.shape().width());
        return (int) Math.min(stride, extent + 2L * padding - kernel + 1);
    }

    private static void requireVector(Parameter parameter, int elements, Tensor input) {
        require(
                parameter.shape().equals(List.of(elements)),
                "%s must have %d values to fit %s, got %s",
                parameter.name(),
                elements,
                input,
                parameter.shape());
    }

    private static void require(boolean condition, String message, Object... arguments) {
        if (!condition) {
            throw new IllegalArgumentException(message.formatted(arguments));
        }
    }
}
