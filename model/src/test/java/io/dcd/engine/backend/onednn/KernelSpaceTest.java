package io.dcd.engine.backend.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.engine.BackendComparison;
import io.dcd.engine.ParameterLayout;
import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.reference.ReferenceBackend;
import io.dcd.engine.fusion.KernelSpace;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.GraphBuilder;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Activation;
import io.dcd.engine.operation.KernelProduct;
import io.dcd.engine.plan.Plan;
import io.dcd.engine.plan.PlanOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.BiPredicate;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Layers moved to the space of kernels against the separate operations of the reference. */
class KernelSpaceTest {
    private static final BiPredicate<Shape, Shape> ALWAYS = (input, output) -> true;

    private final GraphBuilder builder = new GraphBuilder();
    private final ParameterLayout parameters = new ParameterLayout();

    /** What lies between x and the normalisation of a layer. */
    private enum Form {
        STATIC,
        ATTENTION,
        /** λ ⊙ W·x + P·Φ·Qᵀ·x. */
        PLAIN,
        /** The same with batch normalisations before and after Φ and a sum around it. */
        NORMALIZED
    }

    @ParameterizedTest
    @CsvSource({
        "STATIC,RELU6,6,5,8,48",
        "STATIC,IDENTITY,4,4,3,7",
        "ATTENTION,RELU6,6,5,8,48",
        "ATTENTION,IDENTITY,4,4,3,7",
        "PLAIN,RELU,3,3,16,20",
        "PLAIN,SIGMOID,6,5,8,48",
        "NORMALIZED,RELU6,6,5,8,48",
        "NORMALIZED,IDENTITY,4,7,15,16",
        "NORMALIZED,RELU6,2,1,3,5"
    })
    void agreesWithTheReference(Form form, Activation activation, int height, int width, int inputs, int outputs) {
        Shape shape = new Shape(height, width, inputs);
        Tensor x = builder.add("x", builder.input("a", shape), builder.input("b", shape));
        Tensor factors = builder.matrixProduct("l", x, parameters.weight("L", outputs, shape.elements()));
        Tensor phi = builder.matrixProduct("phi", x, parameters.weight("Phi", 16, shape.elements()));
        Tensor y = layer(form, x, factors, phi, activation, outputs);
        Tensor z = builder.convolution("z", y, parameters.weight("Z", inputs, outputs, 1, 1), 1, 0);
        // x, the factors and Φ have a second reader, so that gradients must be added to what is there.
        Tensor w = builder.add("w", z, x);
        Tensor v = builder.add(
                "v",
                builder.matrixProduct("v1", factors, parameters.weight("V", inputs, outputs)),
                builder.matrixProduct("v2", phi, parameters.weight("U", inputs, 16)));
        Graph graph = builder.build(builder.scale("out", w, v), parameters.all());
        for (int threads : new int[] {1, 2}) {
            OneDnnBackend backend = new OneDnnBackend(threads, ALWAYS);
            assertThat(backend.rewrite(graph).operations()).hasAtLeastOneElementOfType(KernelProduct.class);
            for (int batch : new int[] {2, 5}) {
                BackendComparison.assertAgrees(backend, graph, batch);
            }
        }
        // In double precision both forms are the same but for rounding.
        BackendComparison.assertAgree(
                BackendComparison.train(new ReferenceBackend(2, 1), KernelSpace.apply(graph, ALWAYS), 5),
                BackendComparison.train(new ReferenceBackend(), graph, 5),
                1e-9);
    }

    private Tensor layer(Form form, Tensor x, Tensor factors, Tensor phi, Activation activation, int outputs) {
        int inputs = x.shape().channels();
        Tensor sum = builder.convolution("fixed", x, parameters.weight("W", outputs, inputs, 1, 1), 1, 0);
        if (form != Form.STATIC) {
            sum = builder.scale("attended", sum, factors);
        }
        if (form == Form.PLAIN || form == Form.NORMALIZED) {
            Tensor u = builder.convolution("q", x, parameters.weight("Q", 4, inputs, 1, 1), 1, 0);
            if (form == Form.NORMALIZED) {
                Tensor before = builder.batchNormalization(
                        "before", u, parameters.normalization("bn1", 4), Activation.IDENTITY);
                Tensor after = builder.batchNormalization(
                        "after",
                        builder.batchedProduct("product", phi, before),
                        parameters.normalization("bn2", 4),
                        Activation.IDENTITY);
                u = builder.add("u", after, before);
            } else {
                u = builder.batchedProduct("product", phi, u);
            }
            sum = builder.add(
                    "sum", sum, builder.convolution("residual", u, parameters.weight("P", outputs, 4, 1, 1), 1, 0));
        }
        return builder.batchNormalization("y", sum, parameters.normalization("bn", outputs), activation);
    }

    @Test
    void leavesALayerWhoseInsideIsRead() {
        Tensor x = builder.input("x", new Shape(4, 4, 3));
        Tensor fixed = builder.convolution("fixed", x, parameters.weight("W", 8, 3, 1, 1), 1, 0);
        Tensor y = builder.batchNormalization("y", fixed, parameters.normalization("bn", 8), Activation.RELU);
        Graph graph = builder.build(builder.add("out", y, fixed), parameters.all());
        assertThat(KernelSpace.apply(graph, ALWAYS).operations()).isEqualTo(graph.operations());
    }

    /**
     * Inputs whose channels have means of up to a thousand deviations, which E[y²] − E[y]² in float would lose. In float the
     * separate operations lose digits there too, since x itself is rounded to 6e-8 of the mean: kernels may lose a few times as
     * much, measured by norms.
     */
    @ParameterizedTest
    @CsvSource({"10", "1000"})
    void keepsSmallVariances(double mean) {
        Tensor x = builder.input("x", new Shape(6, 5, 8));
        Tensor factors = builder.input("factors", Shape.vector(24));
        Tensor phi = builder.input("phi", Shape.vector(16));
        Tensor y = layer(Form.NORMALIZED, x, factors, phi, Activation.RELU6, 24);
        Graph graph = builder.build(y, parameters.all());
        OneDnnBackend backend = new OneDnnBackend(2, ALWAYS);
        assertThat(backend.rewrite(graph).operations()).hasAtLeastOneElementOfType(KernelProduct.class);
        Map<String, double[]> expected = train(new ReferenceBackend(), graph, mean);
        Map<String, double[]> separate = train(OneDnnBackend.withoutFusion(2), graph, mean);
        train(backend, graph, mean).forEach((name, values) -> assertThat(distance(values, expected.get(name)))
                .as(name)
                .isLessThan(1e-5 + 5 * distance(separate.get(name), expected.get(name))));
    }

    /** Result, gradients and statistics of one pass over maps of the given mean and deviations about 1. */
    private static Map<String, double[]> train(Backend backend, Graph graph, double mean) {
        Random random = new Random(4);
        Map<String, double[]> results = new LinkedHashMap<>();
        try (Plan plan = new Plan(graph, backend, PlanOptions.training(5, 1).withInputGradients())) {
            plan.parameters().write(floats(random.doubles(plan.parameters().elements(), 0.5, 1)));
            for (Tensor input : graph.inputs()) {
                boolean map = input.shape().positions() > 1;
                plan.input(input)
                        .write(floats(DoubleStream.generate(
                                        () -> map ? mean + random.nextGaussian() : 1 + random.nextGaussian() / mean)
                                .limit(plan.input(input).elements())));
            }
            plan.forward();
            results.put("result", read(plan.output()));
            plan.outputGradient()
                    .write(floats(random.doubles(plan.outputGradient().elements(), -1, 1)));
            plan.backward();
            for (Tensor input : graph.inputs()) {
                results.put("gradient of " + input.name(), read(plan.inputGradient(input)));
            }
            for (Parameter parameter : graph.parameters()) {
                Buffer vector = parameter.kind().trainable() ? plan.parameterGradients() : plan.parameters();
                results.put(
                        (parameter.kind().trainable() ? "gradient of " : "") + parameter.name(),
                        read(vector.slice(parameter.offset(), parameter.elements())));
            }
        }
        return results;
    }

    /** Numbers that a float holds exactly. */
    private static double[] floats(DoubleStream values) {
        return values.map(value -> (float) value).toArray();
    }

    private static double[] read(Buffer buffer) {
        double[] values = new double[(int) buffer.elements()];
        buffer.read(values);
        return values;
    }

    private static double distance(double[] actual, double[] expected) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += (actual[i] - expected[i]) * (actual[i] - expected[i]);
            norm += expected[i] * expected[i];
        }
        return Math.sqrt(difference / norm);
    }
}
