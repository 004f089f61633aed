package io.dcd.engine.backend.reference;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.engine.OperationCases;
import io.dcd.engine.fusion.KernelSpace;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Activation;
import io.dcd.engine.operation.KernelProduct;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ReferenceGradientTest extends OperationCases {
    private static final int BATCH = 3;

    ReferenceGradientTest() {
        super(4, 5);
    }

    @ParameterizedTest
    @CsvSource({"1,1,0", "1,2,0", "3,1,1", "3,2,1", "3,2,0", "5,1,2"})
    void convolution(int kernel, int stride, int padding) {
        Tensor x = builder.input("x", new Shape(5, 6, 3));
        check(builder.convolution("y", x, parameters.weight("W", 4, 3, kernel, kernel), stride, padding));
    }

    @ParameterizedTest
    @CsvSource({"3,1,1", "3,2,1", "5,2,2"})
    void depthwiseConvolution(int kernel, int stride, int padding) {
        Tensor x = builder.input("x", new Shape(5, 7, 3));
        check(builder.depthwiseConvolution("y", x, parameters.weight("W", kernel, kernel, 3), stride, padding));
    }

    @ParameterizedTest
    @EnumSource(Activation.class)
    void batchNormalization(Activation activation) {
        Tensor x = builder.input("x", new Shape(3, 4, 2));
        check(builder.batchNormalization("y", x, parameters.normalization("bn", 2), activation));
    }

    @ParameterizedTest
    @CsvSource({"7,7,2,2", "8,8,2,2", "5,3,1,1", "4,7,3,2", "1,1,2,2"})
    void averagePooling(int height, int width, int pooledHeight, int pooledWidth) {
        Tensor x = builder.input("x", new Shape(height, width, 3));
        check(builder.averagePooling("y", x, pooledHeight, pooledWidth));
    }

    @Test
    void maxPooling() {
        Tensor x = builder.input("x", new Shape(7, 6, 2));
        check(builder.maxPooling("y", x, 3, 2, 1));
    }

    @Test
    void matrixProduct() {
        Tensor x = builder.input("x", new Shape(2, 2, 3));
        check(builder.matrixProduct("y", x, parameters.weight("W", 5, 12), Optional.of(parameters.bias("b", 5))));
    }

    @Test
    void scaleAndAdd() {
        Tensor factor = builder.input("f", Shape.vector(4));
        Tensor x = builder.input("x", new Shape(2, 3, 4));
        check(builder.add("y", builder.scale("s", x, factor), x));
    }

    @Test
    void scaledSum() {
        Tensor factor = builder.input("f", Shape.vector(4));
        Tensor x = builder.input("x", new Shape(2, 3, 4));
        check(builder.scaledSum("y", x, factor, builder.input("b", new Shape(2, 3, 4))));
    }

    /** A dynamic layer with all that can be moved to the space of kernels. */
    @Test
    void kernelSpace() {
        Tensor x = builder.input("x", new Shape(2, 3, 3));
        Tensor fixed = builder.convolution("a", x, parameters.weight("A", 5, 3, 1, 1), 1, 0);
        Tensor left = builder.scale("s", fixed, builder.input("f", Shape.vector(5)));
        Tensor z = builder.convolution("q", x, parameters.weight("Q", 2, 3, 1, 1), 1, 0);
        z = builder.batchNormalization("z", z, parameters.normalization("bn1", 2), Activation.IDENTITY);
        Tensor u = builder.batchedProduct("phi", builder.input("m", Shape.vector(4)), z);
        u = builder.batchNormalization("u", u, parameters.normalization("bn2", 2), Activation.IDENTITY);
        Tensor right = builder.convolution("p", builder.add("r", u, z), parameters.weight("P", 5, 2, 1, 1), 1, 0);
        Tensor y = builder.batchNormalization(
                "y", builder.add("v", left, right), parameters.normalization("bn", 5), Activation.RELU6);
        Graph moved = KernelSpace.apply(builder.build(y, parameters.all()), (input, output) -> true);
        assertThat(moved.operations()).hasAtLeastOneElementOfType(KernelProduct.class);
        FiniteDifferences.check(moved, BATCH);
    }

    @Test
    void softmax() {
        Tensor x = builder.input("x", Shape.vector(5));
        check(builder.softmax("y", x, parameters.statistic("temperature", 1)));
    }

    @Test
    void tensorReadByThreeOperations() {
        Tensor x = builder.input("x", new Shape(4, 4, 3));
        Tensor hidden = builder.convolution("h", x, parameters.weight("A", 3, 3, 3, 3), 1, 1);
        Tensor left = builder.convolution("l", hidden, parameters.weight("B", 3, 3, 1, 1), 1, 0);
        Tensor factor = builder.averagePooling("f", hidden, 1, 1);
        check(builder.add("y", builder.scale("s", left, factor), hidden));
    }

    @Test
    void invertedResidualWithAttention() {
        Tensor x = builder.input("x", new Shape(5, 4, 2));
        Tensor wide = builder.convolution("e", x, parameters.weight("E", 6, 2, 1, 1), 1, 0);
        wide = builder.batchNormalization("en", wide, parameters.normalization("en", 6), Activation.RELU6);
        Tensor deep = builder.depthwiseConvolution("d", wide, parameters.weight("D", 3, 3, 6), 1, 1);
        deep = builder.batchNormalization("dn", deep, parameters.normalization("dn", 6), Activation.RELU6);
        Tensor pooled = builder.averagePooling("p", deep, 2, 2);
        Tensor factor = builder.activate(
                "f",
                builder.matrixProduct("fc", pooled, parameters.weight("F", 2, 24)),
                Activation.DOUBLE_HARD_SIGMOID);
        Tensor narrow = builder.convolution("r", deep, parameters.weight("R", 2, 6, 1, 1), 1, 0);
        narrow = builder.scale("s", narrow, factor);
        narrow = builder.batchNormalization("rn", narrow, parameters.normalization("rn", 2), Activation.IDENTITY);
        check(builder.add("y", x, narrow));
    }

    @Override
    protected void check(Tensor output) {
        Graph graph = builder.build(output, parameters.all());
        FiniteDifferences.check(graph, BATCH);
    }
}
