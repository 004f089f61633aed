package io.dcd.model.onnx;

import static io.dcd.model.onnx.OnnxGraph.attribute;
import static io.dcd.model.onnx.OnnxGraph.list;
import static io.dcd.model.onnx.OnnxGraph.real;

import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
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
import io.dcd.engine.operation.NetworkVisitor;
import io.dcd.engine.operation.Scale;
import io.dcd.engine.operation.Softmax;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import onnx.Onnx.TensorProto;

/**
 * Writes each operation at inference as nodes of ONNX. Values are (N, C, H, W) there, so that what ours have innermost, the
 * channels, moves to the second place in values and constants alike; {@link OnnxValues} keeps vectors as (N, C). The
 * first extent of every shape is copied from the value itself: the batch is free.
 */
final class OperationEmitter implements NetworkVisitor<Void> {
    private final OnnxGraph onnx;
    private final OnnxValues values;
    private final SampleKernels kernels;
    private final NormalizationFolding folding;
    private final float[] parameters;
    private final OnnxInput input;

    OperationEmitter(
            OnnxGraph onnx, OnnxValues values, NormalizationFolding folding, float[] parameters, OnnxInput input) {
        this.onnx = onnx;
        this.values = values;
        this.kernels = new SampleKernels(onnx, values);
        this.folding = folding;
        this.parameters = parameters;
        this.input = input;
    }

    @Override
    public Void visit(ImageNormalization operation) {
        Tensor output = operation.output();
        int height = output.shape().height();
        int width = output.shape().width();
        if (input == OnnxInput.NORMALIZED) {
            return values.putMap(output, onnx.input("images", TensorProto.DataType.FLOAT, 3, height, width));
        }
        String pixels = onnx.input("images", TensorProto.DataType.UINT8, height, width, 3);
        String real = onnx.node(
                "Cast", "images.float", List.of(pixels), attribute("to", TensorProto.DataType.FLOAT.getNumber()));
        String planes = onnx.node("Transpose", "images.planes", List.of(real), list("perm", 0, 3, 1, 2));
        double[] factor = new double[3];
        double[] shift = new double[3];
        for (int c = 0; c < 3; c++) {
            factor[c] = 1 / (255 * operation.deviation().get(c));
            shift[c] = -operation.mean().get(c) / operation.deviation().get(c);
        }
        String scaled =
                onnx.node("Mul", "images.scaled", List.of(planes, onnx.constant("images.factor", factor, 1, 3, 1, 1)));
        return values.putMap(
                output,
                onnx.node(
                        "Add", "images.normalized", List.of(scaled, onnx.constant("images.shift", shift, 1, 3, 1, 1))));
    }

    @Override
    public Void visit(Convolution operation) {
        List<Integer> extents = operation.weights().shape();
        return convolution(
                operation.output(),
                operation.input(),
                operation.weights(),
                weights(operation.weights(), operation.output()),
                new int[] {extents.get(0), extents.get(1), operation.kernel(), operation.kernel()},
                new Windows(operation.kernel(), operation.stride(), operation.padding(), 1));
    }

    @Override
    public Void visit(DepthwiseConvolution operation) {
        int kernel = operation.kernel();
        int channels = operation.weights().shape().get(2);
        double[] channelsFirst = channelsFirst(NormalizationFolding.values(operation.weights(), parameters), channels);
        return convolution(
                operation.output(),
                operation.input(),
                operation.weights(),
                scaled(channelsFirst, operation.output()),
                new int[] {channels, 1, kernel, kernel},
                new Windows(kernel, operation.stride(), operation.padding(), channels));
    }

    @Override
    public Void visit(GroupedPointwise operation) {
        List<Integer> extents = operation.weights().shape();
        return convolution(
                operation.output(),
                operation.input(),
                operation.weights(),
                weights(operation.weights(), operation.output()),
                new int[] {extents.get(0), extents.get(1), 1, 1},
                new Windows(1, 1, 0, operation.groups()));
    }

    /** How a static convolution walks over its input. */
    private record Windows(int kernel, int stride, int padding, int groups) {}

    private Void convolution(
            Tensor output, Tensor x, Parameter parameter, double[] weights, int[] extents, Windows windows) {
        List<String> inputs = new ArrayList<>();
        inputs.add(values.map(x));
        inputs.add(onnx.constant(parameter.name(), weights, extents));
        folding.bias(output).ifPresent(bias -> inputs.add(onnx.constant(output.name() + ".bias", bias, bias.length)));
        int p = windows.padding();
        return values.putMap(
                output,
                onnx.node(
                        "Conv",
                        output.name(),
                        inputs,
                        list("kernel_shape", windows.kernel(), windows.kernel()),
                        list("strides", windows.stride(), windows.stride()),
                        list("pads", p, p, p, p),
                        attribute("group", windows.groups())));
    }

    @Override
    public Void visit(MatrixProduct operation) {
        Tensor output = operation.output();
        Shape in = operation.input().shape();
        int outputs = operation.weights().shape().get(0);
        double[] weights = weights(operation.weights(), output);
        if (in.positions() > 1) {
            // A flattened map has its channels outermost there.
            for (int row = 0; row < outputs; row++) {
                double[] columns = Arrays.copyOfRange(weights, row * in.elements(), (row + 1) * in.elements());
                System.arraycopy(channelsFirst(columns, in.channels()), 0, weights, row * in.elements(), in.elements());
            }
        }
        List<String> inputs = new ArrayList<>();
        inputs.add(values.flat(operation.input()));
        inputs.add(onnx.constant(operation.weights().name(), weights, outputs, in.elements()));
        bias(operation).ifPresent(bias -> inputs.add(onnx.constant(output.name() + ".bias", bias, bias.length)));
        return values.putFlat(output, onnx.node("Gemm", output.name(), inputs, attribute("transB", 1)));
    }

    /** a·b + c of b, its own bias, and a folded normalisation. */
    private Optional<double[]> bias(MatrixProduct operation) {
        Optional<double[]> own =
                operation.bias().map(bias -> scaled(NormalizationFolding.values(bias, parameters), operation.output()));
        Optional<double[]> folded = folding.bias(operation.output());
        if (own.isPresent() && folded.isPresent()) {
            double[] sum = own.get();
            for (int c = 0; c < sum.length; c++) {
                sum[c] += folded.get()[c];
            }
            return Optional.of(sum);
        }
        return own.or(() -> folded);
    }

    @Override
    public Void visit(BatchNormalization operation) {
        Tensor x = operation.input();
        Tensor output = operation.output();
        String y;
        if (folding.folds(operation)) {
            y = folding.remainder(operation)
                    .map(rest -> onnx.node(
                            "Add",
                            output.name() + ".shifted",
                            List.of(values.either(x), vector(output.name() + ".shift", rest, x))))
                    .orElseGet(() -> values.either(x));
        } else {
            List<String> inputs = new ArrayList<>(List.of(values.either(x)));
            for (Parameter parameter : operation.parameters()) {
                double[] numbers = NormalizationFolding.values(parameter, parameters);
                inputs.add(onnx.constant(parameter.name(), numbers, numbers.length));
            }
            y = onnx.node(
                    "BatchNormalization", output.name() + ".normalized", inputs, real("epsilon", operation.epsilon()));
        }
        return values.putLike(x, output, activated(output.name(), y, operation.activation()));
    }

    @Override
    public Void visit(Activate operation) {
        Tensor output = operation.output();
        String y = activated(output.name(), values.either(operation.input()), operation.activation());
        return values.putLike(operation.input(), output, y);
    }

    private String activated(String name, String x, Activation activation) {
        return switch (activation) {
            case IDENTITY -> x;
            case RELU -> onnx.node("Relu", name, List.of(x));
            case RELU6 -> clipped(name, x);
            case SIGMOID -> onnx.node("Sigmoid", name, List.of(x));
            case DOUBLE_HARD_SIGMOID -> {
                String three = onnx.scalar(3);
                String raised = onnx.node("Add", name + ".raised", List.of(x, three));
                yield onnx.node("Div", name, List.of(clipped(name + ".clipped", raised), three));
            }
        };
    }

    private String clipped(String name, String x) {
        return onnx.node("Clip", name, List.of(x, onnx.scalar(0), onnx.scalar(6)));
    }

    @Override
    public Void visit(Add operation) {
        return elementwise("Add", operation.left(), operation.right(), operation.output());
    }

    @Override
    public Void visit(Scale operation) {
        return elementwise("Mul", operation.input(), operation.factor(), operation.output());
    }

    private Void elementwise(String type, Tensor left, Tensor right, Tensor output) {
        if (values.isFlat(left) && values.isFlat(right)) {
            return values.putFlat(
                    output, onnx.node(type, output.name(), List.of(values.flat(left), values.flat(right))));
        }
        return values.putMap(output, onnx.node(type, output.name(), List.of(values.map(left), values.map(right))));
    }

    @Override
    public Void visit(AveragePooling operation) {
        Tensor output = operation.output();
        Shape from = operation.input().shape();
        Shape to = output.shape();
        String x = values.map(operation.input());
        if (to.positions() == 1) {
            return values.putMap(output, onnx.node("GlobalAveragePool", output.name(), List.of(x)));
        }
        // The mean over rows and that over columns, each as a product, whatever windows overlap.
        String rows = onnx.constant(
                output.name() + ".rows", averages(from.height(), to.height(), false), to.height(), from.height());
        String columns = onnx.constant(
                output.name() + ".columns", averages(from.width(), to.width(), true), from.width(), to.width());
        String byRows = onnx.node("MatMul", output.name() + ".byRows", List.of(rows, x));
        return values.putMap(output, onnx.node("MatMul", output.name(), List.of(byRows, columns)));
    }

    /** The matrix (to, from) of adaptive average pooling along one axis, or its transpose. */
    private static double[] averages(int from, int to, boolean transposed) {
        double[] matrix = new double[from * to];
        for (int i = 0; i < to; i++) {
            int begin = i * from / to;
            int end = ((i + 1) * from + to - 1) / to;
            for (int j = begin; j < end; j++) {
                matrix[transposed ? j * to + i : i * from + j] = 1.0 / (end - begin);
            }
        }
        return matrix;
    }

    @Override
    public Void visit(MaxPooling operation) {
        int kernel = operation.kernel();
        int padding = operation.padding();
        return values.putMap(
                operation.output(),
                onnx.node(
                        "MaxPool",
                        operation.output().name(),
                        List.of(values.map(operation.input())),
                        list("kernel_shape", kernel, kernel),
                        list("strides", operation.stride(), operation.stride()),
                        list("pads", padding, padding, padding, padding)));
    }

    @Override
    public Void visit(BatchedProduct operation) {
        return values.putMap(operation.output(), kernels.product(operation));
    }

    @Override
    public Void visit(BatchedConvolution operation) {
        return values.putMap(operation.output(), kernels.convolution(operation));
    }

    @Override
    public Void visit(BatchedDepthwiseConvolution operation) {
        return values.putMap(operation.output(), kernels.depthwiseConvolution(operation));
    }

    @Override
    public Void visit(Broadcast operation) {
        Tensor output = operation.output();
        Shape shape = output.shape();
        double[] weights =
                channelsFirst(NormalizationFolding.values(operation.weights(), parameters), shape.channels());
        return values.putMap(
                output,
                onnx.constant(operation.weights().name(), weights, 1, shape.channels(), shape.height(), shape.width()));
    }

    @Override
    public Void visit(Mixture operation) {
        Tensor output = operation.output();
        Shape shape = output.shape();
        double[] arrays = NormalizationFolding.values(operation.weights(), parameters);
        int elements = shape.elements();
        int count = arrays.length / elements;
        for (int k = 0; k < count; k++) {
            double[] array = Arrays.copyOfRange(arrays, k * elements, (k + 1) * elements);
            System.arraycopy(channelsFirst(array, shape.channels()), 0, arrays, k * elements, elements);
        }
        String weights = onnx.constant(operation.weights().name(), arrays, count, elements);
        String mixed =
                onnx.node("MatMul", output.name() + ".mixed", List.of(values.flat(operation.coefficients()), weights));
        return values.putMap(output, values.reshaped(output.name(), mixed, 0, shape));
    }

    @Override
    public Void visit(Softmax operation) {
        Tensor output = operation.output();
        double temperature = NormalizationFolding.values(operation.temperature(), parameters)[0];
        String x = values.flat(operation.input());
        if (temperature != 1) {
            x = onnx.node("Div", output.name() + ".cooled", List.of(x, onnx.scalar(temperature)));
        }
        return values.putFlat(output, onnx.node("Softmax", output.name(), List.of(x), attribute("axis", 1)));
    }

    @Override
    public Void visit(Dropout operation) {
        return values.putLike(operation.input(), operation.output(), values.either(operation.input()));
    }

    /** The weights that write {@code output}, multiplied by what was folded into them. */
    private double[] weights(Parameter parameter, Tensor output) {
        return scaled(NormalizationFolding.values(parameter, parameters), output);
    }

    /** {@code weights}, a row for each channel of {@code output}, times its factors. */
    private double[] scaled(double[] weights, Tensor output) {
        folding.factor(output).ifPresent(factor -> {
            int row = weights.length / factor.length;
            for (int i = 0; i < weights.length; i++) {
                weights[i] *= factor[i / row];
            }
        });
        return weights;
    }

    /** A value for each channel, to be added to {@code like}. */
    private String vector(String name, double[] channels, Tensor like) {
        return values.isFlat(like)
                ? onnx.constant(name, channels, 1, channels.length)
                : onnx.constant(name, channels, 1, channels.length, 1, 1);
    }

    /** From channels innermost to channels outermost. */
    private static double[] channelsFirst(double[] innermost, int channels) {
        int positions = innermost.length / channels;
        double[] outermost = new double[innermost.length];
        for (int i = 0; i < innermost.length; i++) {
            outermost[i % channels * positions + i / channels] = innermost[i];
        }
        return outermost;
    }
}
