package io.dcd.model.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorShapeProto;
import onnx.Onnx.TypeProto;
import onnx.Onnx.ValueInfoProto;
import org.nd4j.shade.protobuf.ByteString;

/** Writes the nodes and constants of an ONNX graph. Every method returns the name of the value that it adds. */
final class OnnxGraph {
    /** The name of the first, free extent of inputs and outputs. */
    private static final String BATCH = "batch";

    private final GraphProto.Builder graph = GraphProto.newBuilder();
    private final Set<String> names = new HashSet<>();
    private final Map<Double, String> scalars = new HashMap<>();

    /** The finished graph. */
    GraphProto build(String name) {
        return graph.setName(name).build();
    }

    /** An input of any batch. */
    String input(String name, TensorProto.DataType type, int... extents) {
        graph.addInput(value(name, type, extents));
        names.add(name);
        return name;
    }

    /** Makes {@code value} the output {@code name}, float, of any batch. */
    void output(String name, String value, int... extents) {
        graph.addNode(NodeProto.newBuilder()
                .setOpType("Identity")
                .setName(unique(name))
                .addInput(value)
                .addOutput(name));
        graph.addOutput(value(name, TensorProto.DataType.FLOAT, extents));
    }

    /** The single output of a new node, which bears the node's name. */
    String node(String type, String name, List<String> inputs, AttributeProto... attributes) {
        String unique = unique(name);
        graph.addNode(NodeProto.newBuilder()
                .setOpType(type)
                .setName(unique)
                .addAllInput(inputs)
                .addOutput(unique)
                .addAllAttribute(Arrays.asList(attributes)));
        return unique;
    }

    /** A constant of floats, row-major. */
    String constant(String name, double[] values, int... extents) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (double value : values) {
            bytes.putFloat((float) value);
        }
        return constant(name, TensorProto.DataType.FLOAT, bytes, extents);
    }

    /** A constant number; there is one of each. */
    String scalar(double value) {
        return scalars.computeIfAbsent(value, each -> constant("constant-" + each, new double[] {each}));
    }

    /** A constant vector of 64-bit integers, as shapes and axes are given. */
    String integers(String name, long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        LongStream.of(values).forEach(bytes::putLong);
        return constant(name, TensorProto.DataType.INT64, bytes, values.length);
    }

    /** An attribute that is one integer. */
    static AttributeProto attribute(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    /** An attribute that is a real number. */
    static AttributeProto real(String name, double value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.FLOAT)
                .setF((float) value)
                .build();
    }

    /** An attribute that is a list of integers. */
    static AttributeProto list(String name, long... values) {
        AttributeProto.Builder attribute =
                AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
        LongStream.of(values).forEach(attribute::addInts);
        return attribute.build();
    }

    private String constant(String name, TensorProto.DataType type, ByteBuffer bytes, int... extents) {
        String unique = unique(name);
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(unique)
                .setDataType(type.getNumber())
                .setRawData(ByteString.copyFrom(bytes.flip()));
        Arrays.stream(extents).forEach(tensor::addDims);
        graph.addInitializer(tensor);
        return unique;
    }

    private String unique(String name) {
        String unique = name;
        for (int number = 2; !names.add(unique); number++) {
            unique = name + "-" + number;
        }
        return unique;
    }

    private static ValueInfoProto value(String name, TensorProto.DataType type, int... extents) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder()
                .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam(BATCH));
        Arrays.stream(extents)
                .forEach(extent ->
                        shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(extent)));
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(type.getNumber())
                                .setShape(shape)))
                .build();
    }
}
