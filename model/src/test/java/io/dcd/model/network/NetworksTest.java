package io.dcd.model.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.lowering.InitialParameters;
import io.dcd.engine.lowering.Lowering;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class NetworksTest {
    static List<String> names() {
        return Networks.names();
    }

    @ParameterizedTest
    @CsvSource({
        "mobilenetv2-x1.0-static, 3504872",
        "mobilenetv2-x0.5-static, 1968680",
        "mobilenetv2-x0.5-dcd, 3056616",
    })
    void trainableParametersAreThePublishedOnes(String name, long expected) {
        assertThat(trainable(graph(Networks.named(name).configuration(NetworkOptions.imageNet()), 224)))
                .isEqualTo(expected);
    }

    /** Figures that are known to a thousand only. */
    @ParameterizedTest
    @CsvSource({
        "mobilenetv2-x0.35-static, 1677",
        "mobilenetv2-x0.35-dcd, 2268",
        "mobilenetv2-x1.0-dcd, 5720",
    })
    void trainableParametersAgreeToTheThousand(String name, long thousands) {
        long parameters = trainable(graph(Networks.named(name).configuration(NetworkOptions.imageNet()), 224));
        assertThat(Math.round(parameters / 1000.0)).isEqualTo(thousands);
    }

    /** Every parameter lies where DL4J's own views of its flat vector lie, in the memory order that the engine reads. */
    @ParameterizedTest
    @MethodSource("names")
    void engineAndDl4jAgreeOnTheFlatVector(String name) {
        ComputationGraphConfiguration configuration = Networks.named(name).configuration(SMALL);
        Graph graph = graph(configuration, SMALL.imageSize());
        // Every value is its own index; a float holds these exactly.
        float[] indices = new float[graph.parameterElements()];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = i;
        }
        ComputationGraph network = new ComputationGraph(configuration);
        network.init(Nd4j.createFromArray(indices).reshape(1, indices.length), false);

        assertThat(network.paramTable()).hasSameSizeAs(graph.parameters());
        for (Parameter parameter : graph.parameters()) {
            INDArray view = network.getParam(parameter.layer() + "_" + parameter.key());
            long[] shape =
                    parameter.shape().stream().mapToLong(Integer::longValue).toArray();
            // DL4J's output layer has (in, out) where the engine has (out, in).
            boolean transposed = network.getLayer(parameter.layer()).conf().getLayer() instanceof OutputLayer
                    && view.rank() == 2
                    && shape.length == 2;
            float[] values =
                    (transposed ? view.transpose() : view).dup('c').data().asFloat();
            assertThat(values).as(parameter.name()).hasSize(parameter.elements());
            for (int i = 0; i < values.length; i++) {
                assertThat(values[i]).as(parameter.name()).isEqualTo(parameter.offset() + i);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void configurationsSurviveJsonAndJavaSerialisation(String name) throws Exception {
        ComputationGraphConfiguration configuration = Networks.named(name).configuration(SMALL);
        ComputationGraphConfiguration fromJson = ComputationGraphConfiguration.fromJson(configuration.toJson());
        configuration.getVertices().forEach((vertex, definition) -> assertThat(
                        fromJson.getVertices().get(vertex))
                .as(vertex)
                .isEqualTo(definition));
        assertThat(fromJson).isEqualTo(configuration);
        assertThat(copy(configuration)).isEqualTo(configuration);
        assertThat(graph(fromJson, SMALL.imageSize()).parameters())
                .isEqualTo(graph(configuration, SMALL.imageSize()).parameters());
    }

    @Test
    void layersThatDifferInOneOptionAreNotEqual() {
        assertThat(Networks.named("mobilenetv2-x0.5-dcd:reduction=8").configuration(SMALL))
                .isEqualTo(Networks.named("mobilenetv2-x0.5-dcd").configuration(SMALL))
                .isNotEqualTo(
                        Networks.named("mobilenetv2-x0.5-dcd:reduction=16").configuration(SMALL));
    }

    @Test
    void initialParametersFollowTheReference() {
        ComputationGraphConfiguration configuration =
                Networks.named("mobilenetv2-x0.5-dcd").configuration(NetworkOptions.imageNet());
        float[] values = InitialParameters.draw(configuration, 7);
        assertThat(InitialParameters.draw(configuration, 7)).isEqualTo(values);
        assertThat(InitialParameters.draw(configuration, 8)).isNotEqualTo(values);

        Graph graph = graph(configuration, 224);
        // Convolutions N(0, √(2/(k²·C_out))), linear layers N(0, 0.01), γ and running variance 1, the rest 0.
        assertNormal(values, parameter(graph, "block17-expand.W0"), Math.sqrt(2.0 / 480));
        assertNormal(values, parameter(graph, "block17-expand.Q"), Math.sqrt(2.0 / 20));
        assertNormal(values, parameter(graph, "block17-depthwise.W"), Math.sqrt(2.0 / (9 * 480)));
        assertNormal(values, parameter(graph, "block17-expand.FC1"), 0.01);
        assertNormal(values, parameter(graph, "classifier.W0"), 0.01);
        for (Parameter parameter : graph.parameters()) {
            if (parameter.shape().size() == 1) {
                float expected = parameter.key().matches("(gamma|var).*") ? 1 : 0;
                assertThat(slice(values, parameter)).as(parameter.name()).containsOnly(expected);
            }
        }
    }

    @Test
    void ownLayersBeginAlikeInsideDl4j() {
        ComputationGraphConfiguration configuration =
                Networks.named("mobilenetv2-x0.35-dcd").configuration(SMALL);
        ComputationGraph network = new ComputationGraph(configuration);
        network.init();
        float[] values = InitialParameters.draw(configuration, network.conf().getSeed());
        Parameter fusion = parameter(graph(configuration, SMALL.imageSize()), "block5-expand.FCphi");
        assertThat(network.getParam("block5-expand_FCphi").dup('c').data().asFloat())
                .isEqualTo(slice(values, fusion));
    }

    @Test
    void smallImagesKeepTheirResolutionInTheStem() {
        assertThat(NetworkOptions.of(64, 10).stemStride()).isEqualTo(1);
        assertThat(NetworkOptions.of(96, 10).stemStride()).isEqualTo(2);
        assertThat(NetworkOptions.imageNet().stemStride()).isEqualTo(2);
    }

    @Test
    void anyWidthIsFoundByName() {
        assertThat(Networks.named("mobilenetv2-x1.4-dcd").name()).isEqualTo("mobilenetv2-x1.4-dcd");
        assertThat(Networks.named("mobilenetv2-x1-static").name()).isEqualTo("mobilenetv2-x1.0-static");
        assertThatThrownBy(() -> Networks.named("mobilenetv2-x40-dcd"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0 < width");
    }

    @Test
    void unknownNamesAreAnsweredWithTheNearest() {
        assertThatThrownBy(() -> Networks.named("mobilnet-x0.5-dcd"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'mobilnet-x0.5-dcd'")
                .hasMessageContaining("mobilenetv2-x0.5-dcd");
    }

    @ParameterizedTest
    @CsvSource({"4, 10, 1, 0", "64, 1, 1, 0", "64, 10, 3, 0", "64, 10, 1, 1"})
    void impossibleOptionsAreRefused(int imageSize, int classes, int stemStride, double dropout) {
        assertThatThrownBy(() -> new NetworkOptions(imageSize, classes, stemStride, dropout))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("got");
    }

    private static final NetworkOptions SMALL = NetworkOptions.of(32, 10);

    private static Graph graph(ComputationGraphConfiguration configuration, int size) {
        return Lowering.ofTensors(configuration, new Shape(size, size, 3));
    }

    private static long trainable(Graph graph) {
        return graph.parameters().stream()
                .filter(parameter -> parameter.kind().trainable())
                .mapToLong(Parameter::elements)
                .sum();
    }

    private static Parameter parameter(Graph graph, String name) {
        return graph.parameters().stream()
                .filter(parameter -> parameter.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static float[] slice(float[] values, Parameter parameter) {
        int offset = Math.toIntExact(parameter.offset());
        return Arrays.copyOfRange(values, offset, offset + parameter.elements());
    }

    /** The sample deviation of n normal values lies within five of its own deviations, σ/√(2n), of σ. */
    private static void assertNormal(float[] values, Parameter parameter, double deviation) {
        float[] slice = slice(values, parameter);
        double squares = 0;
        for (float value : slice) {
            squares += value * value;
        }
        double tolerance = 5 * deviation / Math.sqrt(2.0 * slice.length);
        assertThat(Math.sqrt(squares / slice.length)).as(parameter.name()).isCloseTo(deviation, within(tolerance));
    }

    private static Object copy(Object object) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream output = new ObjectOutputStream(bytes)) {
            output.writeObject(object);
        }
        try (ObjectInputStream input = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return input.readObject();
        }
    }
}
