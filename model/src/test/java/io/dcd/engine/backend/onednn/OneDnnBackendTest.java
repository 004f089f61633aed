package io.dcd.engine.backend.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dcd.engine.BackendComparison;
import io.dcd.engine.ParameterLayout;
import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.Backends;
import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.LossKernel;
import io.dcd.engine.backend.LossMemory;
import io.dcd.engine.backend.PixelBuffer;
import io.dcd.engine.backend.UpdateKernel;
import io.dcd.engine.backend.UpdateMemory;
import io.dcd.engine.backend.reference.ReferenceBackend;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.GraphBuilder;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Activation;
import io.dcd.engine.plan.Plan;
import io.dcd.engine.plan.PlanOptions;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OneDnnBackendTest {
    private final Backend backend = new OneDnnBackend(0);

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void repeatsItselfBitForBit(int threads) {
        Graph graph = smallNetwork();
        Map<String, double[]> first = BackendComparison.train(new OneDnnBackend(threads), graph, 5);
        for (int i = 0; i < 3; i++) {
            Map<String, double[]> again = BackendComparison.train(new OneDnnBackend(threads), graph, 5);
            first.forEach((name, values) -> assertThat(again.get(name)).as(name).containsExactly(values));
        }
    }

    @Test
    void primitivesRunOnOneThreadOfThePlansOwn() throws InterruptedException {
        int[] counts = new int[2];
        OneDnn.threads(3);
        Thread other = new Thread(() -> {
            new OneDnnBackend(2).prepareThread();
            counts[0] = OneDnn.threads();
        });
        other.start();
        other.join();
        counts[1] = OneDnn.threads();
        assertThat(counts).containsExactly(1, 3);
    }

    @Test
    void lossAgreesWithTheReference() {
        double[] logits = {0.3, -1.2, 0.7, 2.0, 0.1, -0.4, 50, -50, 0};
        double[] targets = {0.9, 0.05, 0.05, 0.25, 0.25, 0.5, 0, 1, 0};
        double[] expectedGradient = new double[9];
        double[] gradient = new double[9];
        double expected = loss(new ReferenceBackend(), logits, targets, expectedGradient);
        assertThat(loss(backend, logits, targets, gradient)).isCloseTo(expected, within(1e-6 * expected));
        assertThat(gradient).containsExactly(expectedGradient, within(1e-6));
    }

    @Test
    void impossibleClassesWithoutLabelCostNothing() {
        double[] gradient = new double[2];
        assertThat(loss(backend, new double[] {1e30, -1e30}, new double[] {1, 0}, gradient))
                .isZero();
        assertThat(gradient).containsExactly(0, 0);
    }

    @Test
    void updateAgreesWithTheReference() {
        int elements = 5000; // more than one chunk
        List<UpdateMemory.Slice> slices = List.of(
                new UpdateMemory.Slice(0, 10, true),
                new UpdateMemory.Slice(10, 3000, true),
                new UpdateMemory.Slice(3010, 7, false),
                new UpdateMemory.Slice(4000, 999, false));
        double[][] expected = update(new ReferenceBackend(), elements, slices);
        double[][] actual = update(backend, elements, slices);
        for (int vector = 0; vector < expected.length; vector++) {
            assertThat(actual[vector]).containsExactly(expected[vector], within(1e-5));
        }
    }

    @Test
    void gradientNormTellsValuesThatAreNotFinite() {
        Buffer gradients = backend.allocate(3000);
        UpdateKernel kernel = backend.updateKernel(new UpdateMemory(
                backend.allocate(3000),
                List.of(gradients),
                backend.allocate(3000),
                List.of(new UpdateMemory.Slice(0, 3000, true))));
        gradients.slice(2001, 1).write(new float[] {Float.NaN});
        assertThat(kernel.gradientSquares()).isNaN();
        gradients.slice(2001, 1).write(new float[] {Float.POSITIVE_INFINITY});
        assertThat(kernel.gradientSquares()).isInfinite();
    }

    @Test
    void buffersRefuseWhatDoesNotFit() {
        Buffer buffer = backend.allocate(10);
        Buffer slice = buffer.slice(4, 3);
        assertThatThrownBy(() -> slice.write(new float[4])).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> slice.read(new double[4])).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> slice.slice(2, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.slice(-1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> backend.allocate(0)).isInstanceOf(IllegalArgumentException.class);
        slice.write(new double[] {1, 2, 3});
        float[] all = new float[10];
        buffer.read(all);
        assertThat(all).containsExactly(0, 0, 0, 0, 1, 2, 3, 0, 0, 0);
        slice.clear();
        buffer.read(all);
        assertThat(all).containsOnly(0);
    }

    @Test
    void closedBuffersRefuseEverything() {
        Buffer buffer = backend.allocate(10);
        Buffer slice = buffer.slice(4, 3);
        slice.close();
        slice.write(new float[3]);
        buffer.close();
        buffer.close();
        assertThatThrownBy(() -> slice.read(new float[3])).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> buffer.write(new float[3])).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> buffer.slice(0, 1)).isInstanceOf(IllegalStateException.class);
        PixelBuffer pixels = backend.allocatePixels(4);
        assertThatThrownBy(() -> pixels.write(ByteBuffer.allocate(5))).isInstanceOf(IndexOutOfBoundsException.class);
        pixels.close();
        pixels.close();
        assertThatThrownBy(() -> pixels.write(ByteBuffer.allocate(1))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void closedPlansRefuseToRun() {
        Plan plan = new Plan(smallNetwork(), backend, PlanOptions.training(2, 1));
        plan.forward();
        plan.close();
        plan.close();
        assertThatThrownBy(plan::forward).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void runsOnAnotherThreadThanItWasMadeOn() throws InterruptedException {
        try (Plan plan = new Plan(smallNetwork(), backend, PlanOptions.training(2, 1))) {
            plan.parameters()
                    .write(new Random(1).doubles(plan.parameters().elements()).toArray());
            plan.forward();
            double[] here = new double[(int) plan.output().elements()];
            plan.output().read(here);
            Thread other = new Thread(plan::forward);
            other.start();
            other.join();
            double[] there = new double[here.length];
            plan.output().read(there);
            assertThat(there).containsExactly(here);
        }
    }

    @Test
    void isChosenByName() {
        assertThat(Backends.select("auto", 1).name()).isEqualTo("onednn");
        assertThat(Backends.select("onednn", 1).name()).isEqualTo("onednn");
        assertThat(Backends.select("reference", 1).name()).isEqualTo("reference");
        assertThatThrownBy(() -> Backends.select("abacus", 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("abacus")
                .hasMessageContaining("onednn");
        assertThatThrownBy(() -> new OneDnnBackend(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    /** A convolution, a depthwise one, normalisations and a classifier. */
    private static Graph smallNetwork() {
        GraphBuilder builder = new GraphBuilder();
        ParameterLayout parameters = new ParameterLayout();
        Tensor x = builder.input("x", new Shape(9, 9, 3));
        x = builder.convolution("a", x, parameters.weight("a", 24, 3, 3, 3), 2, 1);
        x = builder.batchNormalization("b", x, parameters.normalization("b", 24), Activation.RELU6);
        x = builder.depthwiseConvolution("c", x, parameters.weight("c", 3, 3, 24), 1, 1);
        x = builder.batchNormalization("d", x, parameters.normalization("d", 24), Activation.RELU);
        x = builder.convolution("e", x, parameters.weight("e", 40, 24, 1, 1), 1, 0);
        x = builder.dropout("f", builder.averagePooling("g", x, 1, 1), 0.2);
        x = builder.matrixProduct("h", x, parameters.weight("h", 10, 40));
        return builder.build(x, parameters.all());
    }

    private static double loss(Backend backend, double[] logits, double[] targets, double[] gradient) {
        int classes = gradient.length == 2 ? 2 : 3;
        try (Buffer z = backend.allocate(logits.length);
                Buffer t = backend.allocate(logits.length);
                Buffer dz = backend.allocate(logits.length);
                LossKernel kernel = backend.lossKernel(new LossMemory(logits.length / classes, classes, z, t, dz))) {
            z.write(logits);
            t.write(targets);
            double loss = kernel.forward();
            kernel.backward();
            dz.read(gradient);
            return loss;
        }
    }

    private static double[][] update(Backend backend, int elements, List<UpdateMemory.Slice> slices) {
        Random random = new Random(5);
        Buffer[] vectors = new Buffer[4];
        for (int i = 0; i < vectors.length; i++) {
            vectors[i] = backend.allocate(elements);
            vectors[i].write(random.doubles(elements, -1, 1).toArray());
        }
        UpdateKernel kernel =
                backend.updateKernel(new UpdateMemory(vectors[0], List.of(vectors[1], vectors[3]), vectors[2], slices));
        kernel.update(0.1, 0.9, 0.05, 1);
        kernel.update(0.2, 0.8, 0.01, 0.3);
        double[][] results = new double[5][];
        results[4] = new double[] {Math.sqrt(kernel.gradientSquares())};
        for (int i = 0; i < vectors.length; i++) {
            results[i] = new double[elements];
            vectors[i].read(results[i]);
            vectors[i].close();
        }
        return results;
    }
}
