package io.dcd.model.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.dcd.engine.backend.onednn.OneDnnBackend;
import io.dcd.engine.folding.Folding;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.lowering.Lowering;
import io.dcd.engine.operation.ImageNormalization;
import io.dcd.engine.operation.Operation;
import io.dcd.engine.operation.RewrittenOperation;
import io.dcd.engine.plan.InferencePlan;
import io.dcd.model.network.NetworkOptions;
import io.dcd.model.network.Networks;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Exported models in onnxruntime, which also checks that they are valid, against the engine. */
class OnnxModelTest {
    private static final int LARGEST_BATCH = 3;
    private static final int CLASSES = 7;

    /** Odd at every stage; 2 × 2 pooling has overlapping windows, and at the end a single row and column to pool. */
    private static final int SIZE = 33;

    /** Of the difference to the largest logit: float on both sides, with other weights and in another order. */
    private static final double TOLERANCE = 1e-4;

    /** Together they have every operation. */
    private static final List<String> NETWORKS = List.of(
            "mobilenetv2-x0.35-static",
            "mobilenetv2-x0.35-se",
            "mobilenetv2-x0.35-condconv",
            "mobilenetv2-x0.35-dyconv",
            "mobilenetv2-x0.35-dcd",
            "mobilenetv2-x0.35-dcd:places=dw+pw+cls",
            "mobilenetv2-x0.35-dcd:blocks=4",
            "mobilenetv2-x0.35-dcd:attention=false,form=plain",
            "resnet10-static",
            "resnet10-se",
            "resnet10-condconv",
            "resnet10-dyconv",
            "resnet10-dcd",
            "resnet10-dcd:joint=true",
            "resnet10-dcd:places=pw+cls,form=plain",
            "resnet50-dcd");

    private final Random random = new Random(1);

    static List<String> networks() {
        return NETWORKS;
    }

    @ParameterizedTest
    @MethodSource("networks")
    void agreesWithTheEngineForEveryBatch(String name) throws OrtException {
        Graph graph = graph(name);
        float[] parameters = parameters(graph);
        byte[] model = OnnxModel.of(graph, parameters, OnnxInput.NORMALIZED, name, Map.of())
                .toBytes();
        try (OrtSession session = OrtEnvironment.getEnvironment().createSession(model)) {
            for (int batch : new int[] {1, LARGEST_BATCH}) {
                byte[] pixels = pixels(batch);
                float[] expected = engine(graph, parameters, pixels, batch);
                float[][] actual = run(session, normalized(pixels, batch));
                assertClose(name, expected, actual);
            }
        }
    }

    @Test
    void pixelsAreNormalizedByTheModel() throws OrtException {
        String name = "mobilenetv2-x0.35-dcd";
        Graph graph = graph(name);
        float[] parameters = parameters(graph);
        Map<String, String> metadata = Map.of("network", name, "classes", "7");
        byte[] model = OnnxModel.of(graph, parameters, OnnxInput.PIXELS, name, metadata)
                .toBytes();
        byte[] pixels = pixels(2);
        try (OrtSession session = OrtEnvironment.getEnvironment().createSession(model);
                OnnxTensor images = OnnxTensor.createTensor(
                        OrtEnvironment.getEnvironment(),
                        ByteBuffer.allocateDirect(pixels.length).put(pixels).flip(),
                        new long[] {2, SIZE, SIZE, 3},
                        OnnxJavaType.UINT8)) {
            assertThat(session.getInputNames()).containsExactly("images");
            assertThat(session.getOutputNames()).containsExactly("logits");
            assertThat(session.getMetadata().getCustomMetadata()).isEqualTo(metadata);
            assertThat(session.getMetadata().getProducerName()).isEqualTo("dcd-spark");
            assertThat(session.getMetadata().getGraphName()).isEqualTo(name);
            assertClose(name, engine(graph, parameters, pixels, 2), run(session, images));
        }
    }

    @Test
    void normalizationsVanishWhereThatIsExact() throws Exception {
        for (String name : List.of("mobilenetv2-x0.35-static", "mobilenetv2-x0.35-dcd", "resnet10-dcd")) {
            Graph graph = graph(name);
            byte[] model = OnnxModel.of(graph, parameters(graph), OnnxInput.NORMALIZED, name, Map.of())
                    .toBytes();
            assertThat(onnx.Onnx.ModelProto.parseFrom(model).getGraph().getNodeList())
                    .as(name)
                    .isNotEmpty()
                    .noneMatch(node -> node.getOpType().equals("BatchNormalization"));
        }
    }

    @Test
    void whatAPlanMadeOfANetworkIsRefused() {
        Graph graph = graph("mobilenetv2-x0.35-static");
        Graph folded = Folding.apply(graph).graph();
        assertThatThrownBy(() -> OnnxModel.of(folded, parameters(graph), OnnxInput.NORMALIZED, "folded", Map.of()))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("belongs to a plan");
    }

    @Test
    void theNetworksOfThisTestHaveEveryOperation() {
        Set<Class<?>> operations = new HashSet<>();
        for (String name : NETWORKS) {
            graph(name).operations().forEach(operation -> operations.add(operation.getClass()));
        }
        Set<Class<?>> expected = new HashSet<>(Arrays.asList(Operation.class.getPermittedSubclasses()));
        expected.remove(RewrittenOperation.class);
        assertThat(operations).isEqualTo(expected);
    }

    private static void assertClose(String name, float[] expected, float[][] actual) {
        double largest = 0;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertThat(largest).as("%s: the largest logit", name).isBetween(1e-3, 1e6);
        assertThat(actual).hasNumberOfRows(expected.length / CLASSES);
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) actual[i / CLASSES][i % CLASSES])
                    .as("%s: logit %d of sample %d", name, i % CLASSES, i / CLASSES)
                    .isCloseTo(expected[i], within(TOLERANCE * largest));
        }
    }

    private static float[][] run(OrtSession session, OnnxTensor images) throws OrtException {
        try (OrtSession.Result result = session.run(Map.of("images", images))) {
            return (float[][]) result.get("logits").orElseThrow().getValue();
        }
    }

    private static float[] engine(Graph graph, float[] parameters, byte[] pixels, int batch) {
        float[] logits = new float[batch * CLASSES];
        try (InferencePlan plan = new InferencePlan(graph, new OneDnnBackend(1), batch)) {
            plan.parameters().write(parameters);
            plan.predict(ByteBuffer.wrap(pixels), logits);
        }
        return logits;
    }

    /** As torchvision's ToTensor and Normalize make them of 8-bit pixels. */
    private static OnnxTensor normalized(byte[] pixels, int batch) throws OrtException {
        FloatBuffer images = FloatBuffer.allocate(pixels.length);
        for (int n = 0; n < batch; n++) {
            for (int c = 0; c < 3; c++) {
                for (int position = 0; position < SIZE * SIZE; position++) {
                    int pixel = Byte.toUnsignedInt(pixels[(n * SIZE * SIZE + position) * 3 + c]);
                    images.put((float) ((pixel / 255.0 - ImageNormalization.IMAGENET_MEAN.get(c))
                            / ImageNormalization.IMAGENET_DEVIATION.get(c)));
                }
            }
        }
        return OnnxTensor.createTensor(
                OrtEnvironment.getEnvironment(), images.flip(), new long[] {batch, 3, SIZE, SIZE});
    }

    private byte[] pixels(int batch) {
        byte[] pixels = new byte[batch * SIZE * SIZE * 3];
        random.nextBytes(pixels);
        return pixels;
    }

    private static Graph graph(String name) {
        return Lowering.ofImages(
                Networks.named(name)
                        .configuration(NetworkOptions.of(SIZE, CLASSES)
                                .withStemStride(2)
                                .withDropout(0.2)),
                SIZE,
                SIZE,
                ImageNormalization.IMAGENET_MEAN,
                ImageNormalization.IMAGENET_DEVIATION);
    }

    /** Random values with which every part of a network counts. */
    private float[] parameters(Graph graph) {
        float[] parameters = new float[graph.parameterElements()];
        for (Parameter parameter : graph.parameters()) {
            double low = -0.2;
            double high = 0.2;
            if (parameter.key().startsWith("var")) {
                low = 0.5;
                high = 1.5;
            } else if (parameter.key().startsWith("gamma")) {
                low = 0.5;
                high = 1;
            } else if (parameter.key().equals("temperature")) {
                low = 2;
                high = 4;
            } else if (parameter.key().startsWith("FCphi")) {
                // Larger ones make a network so sensitive that rounding decides what comes out.
                low = -0.03;
                high = 0.03;
            } else if (parameter.shape().size() > 1) {
                int rows = parameter.shape().size() == 3
                        ? parameter.shape().get(2)
                        : parameter.shape().get(0);
                high = Math.sqrt(3.0 * rows / parameter.elements());
                low = -high;
            }
            int offset = Math.toIntExact(parameter.offset());
            for (int i = 0; i < parameter.elements(); i++) {
                parameters[offset + i] = (float) (low + (high - low) * random.nextDouble());
            }
        }
        return parameters;
    }
}
