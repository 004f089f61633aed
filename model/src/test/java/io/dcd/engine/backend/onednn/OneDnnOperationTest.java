package io.dcd.engine.backend.onednn;

import io.dcd.engine.BackendComparison;
import io.dcd.engine.OperationCases;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Activation;
import io.dcd.engine.operation.ImageNormalization;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every operation against the reference backend, alone and where its inputs' gradients are sums. */
class OneDnnOperationTest extends OperationCases {
    OneDnnOperationTest() {
        super(7, 6);
    }

    @ParameterizedTest
    @CsvSource({
        "1,1,0,5,6,3,4",
        "1,2,0,7,7,16,24",
        "3,1,1,5,6,3,4",
        "3,2,1,8,8,3,16",
        "3,2,1,7,9,17,33",
        "3,2,0,6,6,5,7",
        "5,1,2,9,4,16,16",
        "7,2,3,15,14,3,8",
        "1,1,0,1,1,40,72",
        "1,1,0,14,14,48,288"
    })
    void convolution(int kernel, int stride, int padding, int height, int width, int inputs, int outputs) {
        Tensor x = builder.input("x", new Shape(height, width, inputs));
        check(builder.convolution("y", x, parameters.weight("W", outputs, inputs, kernel, kernel), stride, padding));
    }

    @ParameterizedTest
    @CsvSource({
        "3,1,1,5,7,3",
        "3,2,1,7,7,48",
        "3,2,1,8,8,17",
        "5,2,2,9,6,16",
        "3,1,1,1,1,20",
        "3,1,1,2,2,48",
        "5,1,2,3,6,16"
    })
    void depthwiseConvolution(int kernel, int stride, int padding, int height, int width, int channels) {
        Tensor x = builder.input("x", new Shape(height, width, channels));
        check(builder.depthwiseConvolution("y", x, parameters.weight("W", kernel, kernel, channels), stride, padding));
    }

    @ParameterizedTest
    @EnumSource(Activation.class)
    void batchNormalization(Activation activation) {
        Tensor x = builder.input("x", new Shape(3, 4, 19));
        check(builder.batchNormalization("y", x, parameters.normalization("bn", 19), activation));
    }

    @ParameterizedTest
    @CsvSource({"7,7,2,2", "8,8,2,2", "5,3,1,1", "4,7,3,2", "1,1,2,2", "1,1,1,1"})
    void averagePooling(int height, int width, int pooledHeight, int pooledWidth) {
        Tensor x = builder.input("x", new Shape(height, width, 9));
        check(builder.averagePooling("y", x, pooledHeight, pooledWidth));
    }

    @ParameterizedTest
    @CsvSource({"3,2,1,7,6", "3,2,1,8,8", "2,2,0,5,5"})
    void maxPooling(int kernel, int stride, int padding, int height, int width) {
        Tensor x = builder.input("x", new Shape(height, width, 18));
        check(builder.maxPooling("y", x, kernel, stride, padding));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void matrixProduct(boolean biased) {
        Tensor x = builder.input("x", new Shape(2, 2, 3));
        check(builder.matrixProduct(
                "y",
                x,
                parameters.weight("W", 5, 12),
                biased ? Optional.of(parameters.bias("b", 5)) : Optional.empty()));
    }

    /** So long that sums are formed in parts, of tensors that have other readers too. */
    @Test
    void longSums() {
        Tensor x = builder.input("x", new Shape(2, 2, 80));
        Tensor product =
                builder.matrixProduct("p", x, parameters.weight("V", 5, 320), Optional.of(parameters.bias("b", 5)));
        Tensor pi = plus(product, builder.matrixProduct("q", x, parameters.weight("U", 5, 320)));
        Tensor kernel = builder.mixture("k", pi, parameters.weight("W", 5, 80, 320), Shape.vector(80 * 320));
        Tensor mapped = builder.batchedProduct("m", kernel, x);
        check(builder.scale("y", mapped, builder.matrixProduct("g", pi, parameters.weight("G", 320, 5))));
    }

    @Test
    void scale() {
        Tensor factor = builder.input("f", Shape.vector(20));
        Tensor x = builder.input("x", new Shape(5, 3, 20));
        check(builder.scale("s", x, factor));
    }

    @Test
    void add() {
        Tensor left = builder.input("l", new Shape(5, 3, 20));
        Tensor right = builder.input("r", new Shape(5, 3, 20));
        check(builder.add("s", left, right));
    }

    @ParameterizedTest
    @CsvSource({"5,7", "8,8", "1,1"})
    void imageNormalization(int height, int width) {
        Tensor images =
                builder.images(height, width, ImageNormalization.IMAGENET_MEAN, ImageNormalization.IMAGENET_DEVIATION);
        check(builder.convolution("y", images, parameters.weight("W", 4, 3, 1, 1), 1, 0));
    }

    /** Widths and sizes with and without whole vectors and whole rows of them. */
    @ParameterizedTest
    @CsvSource({"5,5,16", "9,8,24", "1,3,5", "7,7,48", "2,2,480", "3,3,1"})
    void scaledSum(int height, int width, int channels) {
        Shape shape = new Shape(height, width, channels);
        Tensor factor = builder.input("f", Shape.vector(channels));
        Tensor x = builder.input("x", shape);
        check(builder.scaledSum("y", x, factor, builder.input("b", shape)));
    }

    @Test
    void softmax() {
        Tensor x = builder.input("x", Shape.vector(5));
        Tensor attention = builder.softmax("a", x, parameters.statistic("temperature", 1));
        check(plus(attention, builder.softmax("d", plus(x, attention), parameters.statistic("other", 1))));
    }

    @Test
    void sigmoid() {
        Tensor x = builder.input("x", new Shape(2, 3, 4));
        check(plus(builder.activate("a", x, Activation.SIGMOID), x));
    }

    /** One tensor read by an operation of every kind: each but one of them must add its gradient to the others'. */
    @Test
    void gradientsOfATensorWithManyReaders() {
        Shape shape = new Shape(5, 5, 16);
        Tensor factor = builder.input("f", Shape.vector(16));
        Tensor matrix = builder.input("m", Shape.vector(256));
        Tensor x = builder.convolution("x", builder.input("in", shape), weight("in"), 1, 0);
        Tensor sum = x;
        sum = plus(sum, builder.convolution("a", x, weight("a"), 1, 0));
        sum = plus(sum, builder.convolution("b", x, parameters.weight("b", 16, 16, 3, 3), 1, 1));
        sum = plus(sum, builder.depthwiseConvolution("c", x, parameters.weight("c", 3, 3, 16), 1, 1));
        sum = plus(sum, builder.batchNormalization("d", x, parameters.normalization("d", 16), Activation.RELU6));
        sum = plus(sum, builder.batchNormalization("e", x, parameters.normalization("e", 16), Activation.RELU));
        sum = plus(sum, builder.activate("f", x, Activation.RELU));
        sum = plus(sum, builder.activate("g", x, Activation.DOUBLE_HARD_SIGMOID));
        sum = plus(sum, builder.maxPooling("h", x, 3, 1, 1));
        sum = plus(sum, builder.dropout("i", x, 0.3));
        sum = plus(sum, builder.batchedProduct("j", matrix, x));
        sum = plus(sum, builder.scale("k", x, factor));
        sum = plus(sum, builder.scaledSum("ss", x, factor, builder.input("sb", shape)));
        sum = plus(sum, builder.scaledSum("st", builder.input("tx", shape), factor, x));
        sum = plus(sum, builder.averagePooling("l", x, 5, 5));
        sum = plus(sum, builder.groupedPointwise("q", x, parameters.weight("q", 16, 4, 1, 1), 4, 1));
        sum = plus(sum, builder.batchedProduct("r", builder.input("r", Shape.vector(64)), 4, x));
        Tensor mean = builder.averagePooling("m", x, 1, 1);
        Tensor kernel = builder.mixture("s", mean, parameters.weight("s", 16, 3, 3, 16), new Shape(3, 3, 16));
        sum = plus(sum, builder.batchedDepthwiseConvolution("t", kernel, x, 1, 1));
        Tensor kernels = builder.mixture("u", mean, parameters.weight("u", 16, 256), new Shape(1, 1, 256));
        sum = plus(sum, builder.batchedConvolution("v", kernels, x, 1, 0));
        sum = plus(sum, builder.batchedDepthwiseConvolution("w", kernel, sum, 1, 1));
        Tensor gate = builder.add("gate", mean, builder.matrixProduct("n", x, parameters.weight("n", 16, 400)));
        check(builder.scale("o", plus(sum, builder.scale("p", sum, factor)), gate));
    }

    private Tensor plus(Tensor left, Tensor right) {
        return builder.add("sum", left, right);
    }

    private io.dcd.engine.graph.Parameter weight(String key) {
        return parameters.weight(key, 16, 16, 1, 1);
    }

    @Override
    protected void check(Tensor output) {
        for (int batch : new int[] {1, 3}) {
            BackendComparison.assertAgrees(new OneDnnBackend(0), builder.build(output, parameters.all()), batch);
        }
    }
}
