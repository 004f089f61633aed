package io.dcd.model.onnx;

import io.dcd.engine.graph.Graph;
import io.dcd.engine.operation.Operation;
import java.util.Map;
import java.util.TreeMap;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.StringStringEntryProto;

/**
 * A network at inference as an ONNX model: {@code images} in, {@code logits} (batch, classes) out, any batch. Batch
 * normalisations are folded into the weights before them where that is exact.
 *
 * <p>The model follows from the operations of the engine's graph, so that a new layer needs nothing here.
 */
public final class OnnxModel {
    /** Understood by onnxruntime 1.12 (2022) and later; nothing here needs a newer one. */
    private static final long OPERATOR_SET = 17;

    /** The version of the file format that came with that operator set. */
    private static final long IR_VERSION = 8;

    private final ModelProto model;

    private OnnxModel(ModelProto model) {
        this.model = model;
    }

    /**
     * A model of {@code graph}.
     *
     * @param graph a lowered graph that reads images
     * @param parameters its flat parameter vector, running statistics included
     * @param input what the model reads
     * @param name of the network
     * @param metadata pairs that the model carries for whoever reads it
     */
    public static OnnxModel of(
            Graph graph, float[] parameters, OnnxInput input, String name, Map<String, String> metadata) {
        OnnxGraph onnx = new OnnxGraph();
        OnnxValues values = new OnnxValues(onnx);
        NormalizationFolding folding = new NormalizationFolding(graph, parameters);
        OperationEmitter emitter = new OperationEmitter(onnx, values, folding, parameters, input);
        for (Operation operation : graph.operations()) {
            operation.accept(emitter);
        }
        onnx.output(
                "logits", values.flat(graph.output()), graph.output().shape().elements());
        return new OnnxModel(model(onnx.build(name), metadata));
    }

    /** The model as a file holds it. */
    public byte[] toBytes() {
        return model.toByteArray();
    }

    /** The number of nodes. */
    public int nodes() {
        return model.getGraph().getNodeCount();
    }

    private static ModelProto model(GraphProto graph, Map<String, String> metadata) {
        ModelProto.Builder model = ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("dcd-spark")
                .setGraph(graph)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPERATOR_SET));
        new TreeMap<>(metadata)
                .forEach((key, value) -> model.addMetadataProps(
                        StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
        return model.build();
    }
}
