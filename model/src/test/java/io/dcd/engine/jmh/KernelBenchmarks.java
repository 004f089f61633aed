package io.dcd.engine.jmh;

import io.dcd.engine.ParameterLayout;
import io.dcd.engine.backend.onednn.OneDnnBackend;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.GraphBuilder;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.lowering.Lowering;
import io.dcd.engine.operation.Activation;
import io.dcd.engine.plan.Plan;
import io.dcd.engine.plan.PlanOptions;
import io.dcd.model.layer.DcdConvolution;
import io.dcd.model.layer.DynamicBranch;
import io.dcd.model.layer.LatentSpace;
import io.dcd.model.layer.LinearInitialization;
import io.dcd.model.layer.Window;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * The kernels that take the time of MobileNetV2 ×0.5 and ResNet-18 at 224, each alone in a plan on one thread, four
 * samples at once:
 *
 * <pre>
 * mvn -Pjmh -pl model test -Dtest=KernelBenchmarks [-Djmh=forward]
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class KernelBenchmarks {
    private static final int BATCH = 4;

    /** The kernel and, where it matters, channels and extent of the map. */
    public enum Subject {
        /** 8 → 48 at 112², the widest map. */
        EXPANSION,
        /** The same with DCD. */
        DYNAMIC_EXPANSION,
        /** 96 → 16 at 56². */
        PROJECTION,
        /** The same with DCD. */
        DYNAMIC_PROJECTION,
        /** 96 at 56². */
        DEPTHWISE,
        /** 96 at 56², with ReLU6. */
        NORMALIZATION,
        /** 3×3, 64 → 64 at 56². */
        CONVOLUTION,
        /** 1280 → 1000. */
        CLASSIFIER
    }

    /** What is measured. */
    @Param
    public Subject subject;

    private Plan training;
    private Plan inference;

    /** Runs the benchmarks whose names match the property {@code jmh}. */
    @Test
    void run() throws RunnerException {
        new Runner(new OptionsBuilder()
                        .include(KernelBenchmarks.class.getName() + ".*" + System.getProperty("jmh", "") + ".*")
                        .forks(1)
                        .warmupIterations(3)
                        .warmupTime(TimeValue.seconds(1))
                        .measurementIterations(5)
                        .measurementTime(TimeValue.seconds(1))
                        .build())
                .run();
    }

    /** Makes the plans. */
    @Setup(Level.Trial)
    public void prepare() {
        Graph graph = graph();
        Random random = new Random(1);
        training = new Plan(
                graph, new OneDnnBackend(1), PlanOptions.training(BATCH, 1).withInputGradients());
        inference = new Plan(graph, new OneDnnBackend(1), PlanOptions.inference(BATCH));
        float[] parameters = new float[graph.parameterElements()];
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = random.nextFloat();
        }
        for (Plan plan : new Plan[] {training, inference}) {
            plan.parameters().write(parameters);
            float[] values = new float[(int) plan.input(graph.inputs().get(0)).elements()];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextFloat() - 0.5f;
            }
            plan.input(graph.inputs().get(0)).write(values);
        }
    }

    /** Frees them. */
    @TearDown(Level.Trial)
    public void close() {
        training.close();
        inference.close();
    }

    /** The forward pass at inference. */
    @Benchmark
    public void inference() {
        inference.forward();
    }

    /** The forward pass in training. */
    @Benchmark
    public void forward() {
        training.forward();
    }

    /** Both passes in training. */
    @Benchmark
    public void forwardAndBackward() {
        training.forward();
        training.backward();
    }

    private Graph graph() {
        GraphBuilder builder = new GraphBuilder();
        ParameterLayout parameters = new ParameterLayout();
        Tensor x = builder.input("x", input());
        int channels = x.shape().channels();
        Tensor y =
                switch (subject) {
                    case EXPANSION -> builder.convolution("y", x, parameters.weight("W", 48, channels, 1, 1), 1, 0);
                    case PROJECTION -> builder.convolution("y", x, parameters.weight("W", 16, channels, 1, 1), 1, 0);
                    case DEPTHWISE ->
                        builder.depthwiseConvolution("y", x, parameters.weight("W", 3, 3, channels), 1, 1);
                    case NORMALIZATION ->
                        builder.batchNormalization("y", x, parameters.normalization("bn", channels), Activation.RELU6);
                    case CONVOLUTION -> builder.convolution("y", x, parameters.weight("W", 64, channels, 3, 3), 1, 1);
                    case CLASSIFIER -> builder.matrixProduct("y", x, parameters.weight("W", 1000, channels));
                    case DYNAMIC_EXPANSION, DYNAMIC_PROJECTION -> x;
                };
        return switch (subject) {
            case DYNAMIC_EXPANSION -> dynamic(48, 4, DynamicBranch.of(2, 4, LinearInitialization.NORMAL));
            case DYNAMIC_PROJECTION -> dynamic(16, 8, DynamicBranch.of(1, 12, LinearInitialization.NORMAL));
            case EXPANSION, PROJECTION, DEPTHWISE, NORMALIZATION, CONVOLUTION, CLASSIFIER ->
                builder.build(y, parameters.all());
        };
    }

    private Graph dynamic(int outputs, int latent, DynamicBranch branch) {
        DcdConvolution.Options options = new DcdConvolution.Options(new Window(1, 1), branch, LatentSpace.of(latent));
        return Lowering.ofLayer("layer", new DcdConvolution(input().channels(), outputs, options), input());
    }

    private Shape input() {
        return switch (subject) {
            case EXPANSION, DYNAMIC_EXPANSION -> new Shape(112, 112, 8);
            case PROJECTION, DYNAMIC_PROJECTION, DEPTHWISE, NORMALIZATION -> new Shape(56, 56, 96);
            case CONVOLUTION -> new Shape(56, 56, 64);
            case CLASSIFIER -> Shape.vector(1280);
        };
    }
}
