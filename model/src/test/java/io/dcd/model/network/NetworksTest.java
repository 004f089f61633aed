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
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class NetworksTest {
    static List<String> names() {
        return Networks.names();
    }

    /** Every formulation and every option, each in a small network, by its canonical name. */
    static List<String> variants() {
        return List.of(
                "mobilenetv2-x0.35-dcd:places=dw",
                "mobilenetv2-x0.35-dcd:places=cls",
                "mobilenetv2-x0.35-dcd:places=dw+pw+cls,blocks=4",
                "mobilenetv2-x0.35-dcd:places=dw+cls,pooling=2,elements=2",
                "mobilenetv2-x0.35-dcd:attention=false",
                "mobilenetv2-x0.35-dcd:fusion=false",
                "mobilenetv2-x0.35-dcd:blocks=8,latent=halving,form=plain",
                "mobilenetv2-x0.35-dcd:latent=power,multiplier=0.5,reduction=4,pooling=1",
                "mobilenetv2-x0.35-dcd:latent=2",
                "mobilenetv2-x0.35-dyconv:kernels=2,reduction=8",
                "mobilenetv2-x0.35-condconv:experts=3,blocks=2",
                "mobilenetv2-x0.35-se:reduction=4",
                "resnet10-dcd:joint=true",
                "resnet10-dcd:places=pw+cls,form=plain,joint=true,elements=2",
                "resnet10-dcd:latent=power,joint=true",
                "resnet10-dcd:blocks=2,pooling=1");
    }

    static List<String> namesAndVariants() {
        return Stream.concat(names().stream(), variants().stream()).toList();
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
            // An assertion for each of a hundred million values would take minutes.
            int displaced = IntStream.range(0, values.length)
                    .filter(i -> values[i] != (float) (parameter.offset() + i))
                    .findFirst()
                    .orElse(-1);
            assertThat(displaced)
                    .as("the first displaced value of %s", parameter.name())
                    .isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @MethodSource("namesAndVariants")
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

    @ParameterizedTest
    @MethodSource("namesAndVariants")
    void everyNetworkIsFoundByItsOwnName(String name) {
        assertThat(Networks.named(name).name()).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mobilenetv2-x0.5-dcd:latent=3 | latent=3: L² = 9 is more than the 8 channels of block2-expand",
                "resnet18-dcd:joint=true;latent=5 | latent=5: L²·L_k = 100 is more than the 64 channels of stage1-block1-first",
                "mobilenetv2-x0.5-dcd:blocks=3 | blocks=3 does not divide the 8 and 48 channels of block2-expand",
                "mobilenetv2-x0.5-dcd:blocks=0 | blocks must lie in 1 … 65536, got 0",
                "mobilenetv2-x0.5-dcd:latent=square | latent must be one of reference, halving, power, got 'square'",
                "mobilenetv2-x0.5-dcd:multiplier=1.5 | multiplier must lie in 0 < multiplier ≤ 1, got 1.5",
                "mobilenetv2-x0.5-dcd:form=round | form must be one of reference, plain, got 'round'",
                "mobilenetv2-x0.5-dcd:places=dw;elements=10 | elements=10 is more than the k² = 9 of block2-depthwise",
                "mobilenetv2-x0.5-dcd:elements=4 | elements has a meaning for joint fusion and for depthwise layers alone",
                "mobilenetv2-x0.5-dcd:joint=true | joint=true needs k×k convolutions that are not depthwise",
                "mobilenetv2-x0.5-dcd:places=fc | places must be one of dw, pw, cls, got 'fc'",
                "resnet18-dcd:places=dw | this network has no dw layers, leave them out of places",
                "resnet18-dcd:joint=true;blocks=2 | joint fusion has one block, got blocks=2",
                "resnet18-dcd:attention=false;fusion=false | attention and fusion cannot both be false",
                "resnet18-dcd:pooling=3 | pooling must lie in 1 … 2, got 3",
                "resnet18-dcd:reduction=x | reduction must be a whole number, got 'x'",
                "resnet18-dcd:depth=4 | unknown option 'depth'; there are places, attention,",
                "resnet18-dcd:blocks=2;blocks=4 | option 'blocks' is given twice",
                "resnet18-dyconv:kernels=0 | kernels must lie in 1 … 64, got 0",
                "resnet18-condconv:blocks=9 | blocks must lie in 0 … 8, got 9",
                "resnet18-static:blocks=2 | there are no options, but 'blocks' is given",
            })
    void impossibleVariantsAreRefusedWithTheBound(String name, String message) {
        assertThatThrownBy(() -> Networks.named(name.replace(';', ',')))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("network " + name.replace(';', ',') + ": " + message);
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

    /** PyTorch's default, which the reference leaves in place: U(±1/√fan_in) for linear layers and their biases. */
    @ParameterizedTest
    @ValueSource(strings = {"resnet18-static", "resnet18-dcd", "resnet18-dcd:places=pw+cls", "resnet18-condconv"})
    void linearLayersOfResNetsBeginUniformly(String name) {
        ComputationGraphConfiguration configuration = Networks.named(name).configuration(NetworkOptions.imageNet());
        Graph graph = graph(configuration, 224);
        float[] values = InitialParameters.draw(configuration, 3);
        double bound = 1 / Math.sqrt(512);
        for (Parameter parameter : graph.parameters()) {
            if (parameter.layer().equals("classifier") && parameter.key().matches("W|W0|b")) {
                float[] slice = slice(values, parameter);
                double largest = IntStream.range(0, slice.length)
                        .mapToDouble(i -> Math.abs(slice[i]))
                        .max()
                        .orElseThrow();
                assertThat(largest).as(parameter.name()).isBetween(0.95 * bound, bound);
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
