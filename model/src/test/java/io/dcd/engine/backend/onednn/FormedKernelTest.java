package io.dcd.engine.backend.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dcd.engine.ParameterLayout;
import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.reference.ReferenceBackend;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Activation;
import io.dcd.engine.operation.DynamicCoefficients;
import io.dcd.engine.operation.FormedConvolution;
import io.dcd.engine.operation.KernelFormation;
import io.dcd.engine.plan.Plan;
import io.dcd.engine.plan.PlanOptions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The operations of a dynamic layer at inference against the reference, in shapes that no network here has. */
class FormedKernelTest {
    private static final int BATCH = 3;

    @ParameterizedTest
    @CsvSource({
        // in, out, height, width, pooling, S, L, attention, identity
        "8, 48, 6, 6, 2, 4, 4, true, true",
        "7, 13, 5, 9, 2, 5, 3, true, true",
        "13, 7, 9, 5, 1, 3, 5, true, false",
        "1, 1, 3, 3, 3, 1, 1, true, true",
        "33, 5, 7, 4, 3, 6, 2, false, true",
        "3, 100, 70, 1, 2, 5, 7, true, true",
        "6, 6, 5, 5, 1, 4, 0, true, false",
        "121, 67, 2, 3, 1, 9, 11, true, true",
        // Large products are the library's.
        "80, 480, 7, 7, 2, 50, 20, true, true",
        "481, 79, 3, 2, 1, 10, 21, true, true",
    })
    void agreesWithTheReference(
            int inputs,
            int outputs,
            int height,
            int width,
            int pooling,
            int squeezed,
            int latent,
            boolean attention,
            boolean identity) {
        Graph graph = graph(new Shape(height, width, inputs), outputs, pooling, squeezed, latent, attention, identity);
        double[] expected = run(graph, new ReferenceBackend());
        double[] actual = run(graph, new OneDnnBackend(1));
        double scale = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        assertThat(actual).containsExactly(expected, within(1e-5 * scale));
    }

    private static Graph graph(
            Shape shape, int outputs, int pooling, int squeezed, int latent, boolean attention, boolean identity) {
        ParameterLayout layout = new ParameterLayout();
        int inputs = shape.channels();
        int columns = DynamicCoefficients.padded(outputs);
        int entries = DynamicCoefficients.padded(latent * latent);
        int narrow = DynamicCoefficients.padded(squeezed);
        Tensor x = new Tensor(0, "x", shape);
        Tensor y = new Tensor(1, "coefficients", Shape.vector((attention ? columns : 0) + entries));
        DynamicCoefficients coefficients = new DynamicCoefficients(
                x,
                pooling,
                layout.weight("first", inputs * pooling * pooling, narrow),
                layout.weight("second", squeezed, narrow),
                attention ? Optional.of(layout.weight("attention", squeezed, columns)) : Optional.empty(),
                latent > 0 ? Optional.of(layout.weight("fusion", squeezed, entries)) : Optional.empty(),
                y);
        Tensor kernel = new Tensor(2, "kernel", new Shape(inputs + 1, 1, columns));
        Optional<KernelFormation.Fusion> fusion = latent == 0
                ? Optional.empty()
                : Optional.of(new KernelFormation.Fusion(
                        latent,
                        coefficients.fusionOffset(),
                        identity,
                        layout.weight("left", latent, columns),
                        layout.weight("right", inputs + 1, latent)));
        KernelFormation formation = new KernelFormation(
                y, attention, layout.weight("fixed", inputs, columns), layout.bias("bias", columns), fusion, kernel);
        Tensor result = new Tensor(3, "y", new Shape(shape.height(), shape.width(), outputs));
        FormedConvolution convolution = new FormedConvolution(kernel, x, 1, Optional.empty(), Activation.RELU6, result);
        return new Graph(
                List.of(x, y, kernel, result),
                List.of(x),
                List.of(coefficients, formation, convolution),
                result,
                layout.all());
    }

    private static double[] run(Graph graph, Backend backend) {
        Random random = new Random(7);
        try (Plan plan = new Plan(graph, backend, PlanOptions.inference(BATCH).withoutFolding())) {
            plan.parameters()
                    .write(random.doubles(graph.parameterElements(), -0.2, 0.2).toArray());
            plan.input(graph.inputs().get(0))
                    .write(random.doubles(plan.input(graph.inputs().get(0)).elements(), -1, 1)
                            .toArray());
            plan.forward();
            double[] values = new double[(int) plan.output().elements()];
            plan.output().read(values);
            return values;
        }
    }
}
