package io.dcd.engine.backend.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.engine.BackendComparison;
import io.dcd.engine.ParameterLayout;
import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.reference.ReferenceBackend;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.GraphBuilder;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Activation;
import io.dcd.engine.operation.NormalizedPointwise;
import io.dcd.engine.plan.Plan;
import io.dcd.engine.plan.PlanOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Dynamic pointwise convolutions with folded batch normalisation against the separate operations of the reference. */
class NormalizedPointwiseTest {
    private final GraphBuilder builder = new GraphBuilder();
    private final ParameterLayout parameters = new ParameterLayout();

    @ParameterizedTest
    @CsvSource({
        "false,RELU6,6,5,8,48",
        "false,IDENTITY,4,4,3,7",
        "true,RELU6,6,5,8,48",
        "true,RELU,3,3,16,20",
        "true,IDENTITY,4,7,15,16",
        "true,RELU6,2,1,3,5"
    })
    void agreesWithTheReference(
            boolean residual, Activation activation, int height, int width, int inputs, int outputs) {
        Shape shape = new Shape(height, width, inputs);
        Tensor x = builder.add("x", builder.input("a", shape), builder.input("b", shape));
        Tensor fixed = builder.convolution("fixed", x, parameters.weight("W", outputs, inputs, 1, 1), 1, 0);
        Tensor factors = builder.matrixProduct("l", x, parameters.weight("L", outputs, shape.elements()));
        Tensor sum = builder.scale("attended", fixed, factors);
        if (residual) {
            Tensor u = builder.convolution("u", x, parameters.weight("Q", 4, inputs, 1, 1), 1, 0);
            sum = builder.add(
                    "sum", sum, builder.convolution("residual", u, parameters.weight("P", outputs, 4, 1, 1), 1, 0));
        }
        Tensor y = builder.batchNormalization("y", sum, parameters.normalization("bn", outputs), activation);
        Tensor z = builder.convolution("z", y, parameters.weight("Z", inputs, outputs, 1, 1), 1, 0);
        // x and the factors have a second reader, so that gradients must be added to what is there.
        Tensor w = builder.add("w", z, x);
        Tensor v = builder.matrixProduct("v", factors, parameters.weight("V", inputs, outputs));
        Graph graph = builder.build(builder.scale("out", w, v), parameters.all());
        for (int threads : new int[] {1, 2}) {
            OneDnnBackend backend = new OneDnnBackend(threads, NormalizedPointwiseKernel::fits);
            assertThat(backend.rewrite(graph).operations()).hasAtLeastOneElementOfType(NormalizedPointwise.class);
            for (int batch : new int[] {2, 5}) {
                BackendComparison.assertAgrees(backend, graph, batch);
            }
        }
    }

    /**
     * Inputs whose channels have means of up to a thousand deviations, which E[y²] − E[y]² in float would lose. The bounds are
     * relative to norms: what depends on x − E[x] alone keeps float's digits; the gradients of W, P, λ and their inputs contain
     * sums of x·dy, of which each term is rounded to 6e-8 of the mean.
     */
    @ParameterizedTest
    @CsvSource({"10", "1000"})
    void keepsSmallVariances(double mean) {
        Shape shape = new Shape(6, 5, 8);
        Tensor x = builder.input("x", shape);
        Tensor u = builder.input("u", new Shape(6, 5, 4));
        Tensor factors = builder.input("factors", Shape.vector(24));
        Tensor fixed = builder.convolution("fixed", x, parameters.weight("W", 24, 8, 1, 1), 1, 0);
        Tensor residual = builder.convolution("residual", u, parameters.weight("P", 24, 4, 1, 1), 1, 0);
        Tensor sum = builder.add("sum", builder.scale("attended", fixed, factors), residual);
        Graph graph = builder.build(
                builder.batchNormalization("y", sum, parameters.normalization("bn", 24), Activation.RELU6),
                parameters.all());
        OneDnnBackend backend = new OneDnnBackend(2, NormalizedPointwiseKernel::fits);
        assertThat(backend.rewrite(graph).operations()).hasAtLeastOneElementOfType(NormalizedPointwise.class);
        Map<String, double[]> expected = train(new ReferenceBackend(), graph, mean);
        train(backend, graph, mean).forEach((name, values) -> {
            double tolerance =
                    name.matches("gradient of (test\\.)?(W|P|factors)") ? 1e-4 * Math.max(1, mean / 10) : 1e-4;
            assertThat(distance(values, expected.get(name))).as(name).isLessThan(tolerance);
        });
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
