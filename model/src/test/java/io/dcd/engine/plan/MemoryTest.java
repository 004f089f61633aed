package io.dcd.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.dcd.engine.backend.onednn.OneDnnBackend;
import io.dcd.engine.bench.ProcessMemory;
import io.dcd.engine.graph.Graph;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

/**
 * Training and predicting for long takes no more memory than for short: in a process of its own, whose Java heap is
 * resident from the start, so that neither other tests nor the heap's growth are taken for a leak.
 */
class MemoryTest {
    private static final int BATCH = 2;
    private static final int CLASSES = 4;
    private static final int FIRST_STEPS = 2000;
    private static final int STEPS = 8000;

    /**
     * What compiled code and the compilers' own memory may still take. One descriptor of a hundred bytes left behind by
     * each of the hundred primitives of a step would be 60.
     */
    private static final double ALLOWED_MEGABYTES = 30;

    /** What the process of its own runs. It prints a line after the first steps and one after all of them. */
    public static final class Main {
        private Main() {}

        public static void main(String[] arguments) {
            Graph graph = SteadyStateTest.network();
            float[] labels = {1, 0, 0, 0, 0, 0.5f, 0.5f, 0};
            float[] logits = new float[BATCH * CLASSES];
            StepSettings settings = new StepSettings(1e-5, 0.9, 1e-4);
            try (TrainingPlan training = new TrainingPlan(graph, new OneDnnBackend(1), BATCH, 1, parameter -> true);
                    Plan inference = new Plan(graph, new OneDnnBackend(1), PlanOptions.inference(BATCH))) {
                float[] parameters = new float[graph.parameterElements()];
                Arrays.fill(parameters, 0.1f);
                training.parameters().write(parameters);
                for (int step = 1; step <= STEPS; step++) {
                    if (!training.step(step, labels, settings).finite()) {
                        throw new IllegalStateException("diverged");
                    }
                    training.parameters().read(parameters);
                    inference.parameters().write(parameters);
                    inference.forward();
                    inference.output().read(logits);
                    if (step == FIRST_STEPS || step == STEPS) {
                        System.out.println(Pointer.totalBytes() + " "
                                + ProcessMemory.megabytes().orElse(Double.NaN));
                    }
                }
            }
        }
    }

    /** Native bytes that are held, and resident megabytes. */
    private record Use(long nativeBytes, double residentMegabytes) {
        static Use parse(String line) {
            assertThat(line).as("the process ends in order").isNotNull();
            String[] parts = line.split(" ");
            return new Use(Long.parseLong(parts[0]), Double.parseDouble(parts[1]));
        }
    }

    @Test
    void staysFlatOverManySteps() throws IOException, InterruptedException {
        assumeThat(ProcessMemory.megabytes())
                .as("the system tells the resident memory")
                .isPresent();
        Process process = new ProcessBuilder(List.of(
                        ProcessHandle.current().info().command().orElse("java"),
                        "--add-modules=jdk.incubator.vector",
                        "-Xms64m",
                        "-Xmx64m",
                        "-XX:+AlwaysPreTouch",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines = process.inputReader()) {
            Use early = Use.parse(lines.readLine());
            Use late = Use.parse(lines.readLine());
            assertThat(process.waitFor()).isZero();
            assertThat(late.nativeBytes()).as("native bytes held").isLessThanOrEqualTo(early.nativeBytes());
            assertThat(late.residentMegabytes() - early.residentMegabytes())
                    .as("megabytes that became resident in the last %d steps", STEPS - FIRST_STEPS)
                    .isLessThan(ALLOWED_MEGABYTES);
        } finally {
            process.destroyForcibly();
        }
    }
}
