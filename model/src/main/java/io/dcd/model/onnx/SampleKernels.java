package io.dcd.model.onnx;

import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.BatchedConvolution;
import io.dcd.engine.operation.BatchedDepthwiseConvolution;
import io.dcd.engine.operation.BatchedProduct;
import java.util.ArrayList;
import java.util.List;

/**
 * Operations in which every sample has a matrix or kernel of its own, as ONNX's products of matrices: its convolutions
 * have one kernel for all samples. Every method returns the result as (N, C, H, W).
 */
final class SampleKernels {
    private final OnnxGraph onnx;
    private final OnnxValues values;

    SampleKernels(OnnxGraph onnx, OnnxValues values) {
        this.onnx = onnx;
        this.values = values;
    }

    /** (N, B, I, J)·(N, B, J, positions). */
    String product(BatchedProduct operation) {
        Tensor output = operation.output();
        String name = output.name();
        int blocks = operation.blocks();
        int positions = output.shape().positions();
        String matrix = values.channelsInnermost(operation.matrix());
        String rows = values.reshaped(name + ".matrix", matrix, 0, blocks, operation.rows(), operation.columns());
        String input = values.either(operation.input());
        String columns = values.reshaped(name + ".columns", input, 0, blocks, operation.columns(), positions);
        return product(output, rows, columns);
    }

    /** (N, C_out, C_in·k²)·(N, C_in·k², positions). */
    String convolution(BatchedConvolution operation) {
        Tensor output = operation.output();
        String name = output.name();
        int side = operation.side();
        int seen = operation.input().shape().channels() * side * side;
        String kernel = values.reshaped(
                name + ".kernel",
                values.map(operation.kernel()),
                0,
                output.shape().channels(),
                seen);
        String windows = windows(output, operation.input(), side, operation.stride(), operation.padding());
        String columns = values.reshaped(
                name + ".columns", windows, 0, seen, output.shape().positions());
        return product(output, kernel, columns);
    }

    /** (N, C, 1, k²)·(N, C, k², positions). */
    String depthwiseConvolution(BatchedDepthwiseConvolution operation) {
        Tensor output = operation.output();
        int side = operation.side();
        String kernel = values.reshaped(
                output.name() + ".kernel",
                values.map(operation.kernel()),
                0,
                output.shape().channels(),
                1,
                (long) side * side);
        String windows = windows(output, operation.input(), side, operation.stride(), operation.padding());
        return product(output, kernel, windows);
    }

    private String product(Tensor output, String left, String right) {
        String product = onnx.node("MatMul", output.name() + ".product", List.of(left, right));
        return values.reshaped(output.name(), product, 0, output.shape());
    }

    /** (N, C, k², positions): what each place of a kernel sees at each position of {@code output}. */
    private String windows(Tensor output, Tensor input, int side, int stride, int padding) {
        String name = output.name();
        Shape shape = output.shape();
        String x = values.map(input);
        if (padding > 0) {
            String pads = onnx.integers(name + ".pads", 0, 0, padding, padding, 0, 0, padding, padding);
            x = onnx.node("Pad", name + ".padded", List.of(x, pads));
        }
        String axes = onnx.integers(name + ".axes", 2, 3);
        String steps = onnx.integers(name + ".steps", stride, stride);
        List<String> places = new ArrayList<>();
        for (int r = 0; r < side; r++) {
            for (int s = 0; s < side; s++) {
                String place = "%s.place-%d-%d".formatted(name, r, s);
                String starts = onnx.integers(place + ".starts", r, s);
                String ends =
                        onnx.integers(place + ".ends", end(r, shape.height(), stride), end(s, shape.width(), stride));
                String slice = onnx.node("Slice", place, List.of(x, starts, ends, axes, steps));
                places.add(
                        values.reshaped(place + ".row", slice, 0, input.shape().channels(), 1, shape.positions()));
            }
        }
        return onnx.node("Concat", name + ".windows", places, OnnxGraph.attribute("axis", 2));
    }

    /** Behind the last of {@code count} places from {@code begin} on. */
    private static long end(int begin, int count, int stride) {
        return begin + (long) (count - 1) * stride + 1;
    }
}
