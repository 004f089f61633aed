package io.dcd.engine;

import io.dcd.engine.graph.GraphBuilder;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Activation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Operations for whatever checks them: the reference backend by finite differences, another one against the reference. */
public abstract class OperationCases {
    protected final GraphBuilder builder = new GraphBuilder();
    protected final ParameterLayout parameters = new ParameterLayout();

    private final int height;
    private final int width;

    /** Cases on feature maps of {@code height × width}. */
    protected OperationCases(int height, int width) {
        this.height = height;
        this.width = width;
    }

    /** Checks the graph that leads to {@code output}. */
    protected abstract void check(Tensor output);

    @ParameterizedTest
    @EnumSource(Activation.class)
    protected void activate(Activation activation) {
        Tensor x = builder.input("x", new Shape(2, 3, 8));
        Tensor wide = builder.convolution("wide", x, parameters.weight("W", 8, 8, 1, 1), 1, 0);
        check(builder.activate("y", wide, activation));
    }

    @ParameterizedTest
    @CsvSource({"1, 4, 3", "2, 8, 6", "4, 32, 32"})
    protected void batchedProduct(int blocks, int inputs, int outputs) {
        Tensor matrix = builder.input("m", Shape.vector(inputs * outputs / blocks));
        check(builder.batchedProduct("y", matrix, blocks, map(inputs)));
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 0, 5, 6", "1, 2, 0, 5, 6", "3, 1, 1, 6, 5", "3, 2, 1, 7, 6", "5, 2, 2, 5, 7"})
    protected void batchedConvolution(int kernel, int stride, int padding, int inputs, int outputs) {
        Tensor kernels = builder.input("k", new Shape(kernel, kernel, inputs * outputs));
        check(builder.batchedConvolution("y", kernels, map(inputs), stride, padding));
    }

    @ParameterizedTest
    @CsvSource({"3, 1, 1, 5", "3, 2, 1, 17", "5, 2, 2, 16"})
    protected void batchedDepthwiseConvolution(int kernel, int stride, int padding, int channels) {
        Tensor kernels = builder.input("k", new Shape(kernel, kernel, channels));
        check(builder.batchedDepthwiseConvolution("y", kernels, map(channels), stride, padding));
    }

    @ParameterizedTest
    @CsvSource({"2, 1, 8, 6", "8, 1, 8, 48", "2, 2, 4, 6"})
    protected void groupedPointwise(int groups, int stride, int inputs, int outputs) {
        check(builder.groupedPointwise(
                "y", map(inputs), parameters.weight("W", outputs, inputs / groups, 1, 1), groups, stride));
    }

    @Test
    protected void mixtureAndBroadcast() {
        Tensor coefficients = builder.input("c", Shape.vector(3));
        Shape shape = new Shape(3, 3, 5);
        Tensor mixed = builder.mixture("m", coefficients, parameters.weight("W", 3, 3, 3, 5), shape);
        check(builder.add("y", mixed, builder.broadcast("b", parameters.weight("V", 9, 5), shape)));
    }

    @Test
    protected void dropout() {
        Tensor x = builder.input("x", new Shape(2, 3, 4));
        check(builder.dropout("y", x, 0.4));
    }

    private Tensor map(int channels) {
        return builder.input("x", new Shape(height, width, channels));
    }
}
