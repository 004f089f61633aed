package io.dcd.model.onnx;

import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The names of tensors' values in an ONNX graph. A value is there as a map (N, C, H, W) or flat as (N, C·H·W), as its
 * writer has it, and is turned into the other when a reader asks for that.
 */
final class OnnxValues {
    private final OnnxGraph onnx;
    private final Map<Tensor, String> maps = new HashMap<>();
    private final Map<Tensor, String> flats = new HashMap<>();

    OnnxValues(OnnxGraph onnx) {
        this.onnx = onnx;
    }

    Void putMap(Tensor tensor, String value) {
        maps.put(tensor, value);
        return null;
    }

    Void putFlat(Tensor tensor, String value) {
        flats.put(tensor, value);
        return null;
    }

    /** Notes a value that has the form of that of {@code like}. */
    Void putLike(Tensor like, Tensor tensor, String value) {
        return isFlat(like) ? putFlat(tensor, value) : putMap(tensor, value);
    }

    /** Whether the tensor is there as (N, C·H·W) alone. */
    boolean isFlat(Tensor tensor) {
        return !maps.containsKey(tensor);
    }

    /** The value in the form in which it was written. */
    String either(Tensor tensor) {
        return isFlat(tensor) ? flats.get(tensor) : maps.get(tensor);
    }

    /** The value as (N, C, H, W). */
    String map(Tensor tensor) {
        return maps.computeIfAbsent(tensor, each -> reshaped(each.name() + ".map", flats.get(each), 0, each.shape()));
    }

    /** The value as (N, C·H·W). */
    String flat(Tensor tensor) {
        return flats.computeIfAbsent(
                tensor,
                each -> onnx.node(
                        "Flatten", each.name() + ".flat", List.of(maps.get(each)), OnnxGraph.attribute("axis", 1)));
    }

    /** The value as (N, H·W·C) or (N, H, W, C): in our order of elements. */
    String channelsInnermost(Tensor tensor) {
        return tensor.shape().positions() == 1
                ? either(tensor)
                : onnx.node(
                        "Transpose",
                        tensor.name() + ".innermost",
                        List.of(map(tensor)),
                        OnnxGraph.list("perm", 0, 2, 3, 1));
    }

    /** {@code value} as (N, C, H, W) of {@code shape}; {@code batch} is 0, the extent that it has. */
    String reshaped(String name, String value, long batch, Shape shape) {
        return reshaped(name, value, batch, shape.channels(), shape.height(), shape.width());
    }

    /** {@code value} with other extents, of which 0 stands for the one that it has in that place. */
    String reshaped(String name, String value, long... extents) {
        return onnx.node("Reshape", name, List.of(value, onnx.integers(name + ".shape", extents)));
    }
}
