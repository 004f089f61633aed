package io.dcd.engine.plan;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.LossKernel;
import io.dcd.engine.backend.LossMemory;
import io.dcd.engine.backend.UpdateKernel;
import io.dcd.engine.backend.UpdateMemory;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Parameter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/** A plan that trains a classifier: forward, softmax cross-entropy, backward and update, one batch a step. */
public final class TrainingPlan implements Trainer {
    private final Plan plan;
    private final int classes;
    private final Buffer targets;
    private final Buffer velocity;
    private final LossKernel loss;
    private final List<UpdateKernel> updates = new ArrayList<>();
    private final double[] gradientSquares;

    /**
     * Compiles {@code graph}, whose output are the logits.
     *
     * @param decays which parameters weight decay applies to
     */
    public TrainingPlan(Graph graph, Backend backend, int batch, long seed, Predicate<Parameter> decays) {
        this.plan = new Plan(graph, backend, PlanOptions.training(batch, seed));
        this.classes = graph.output().shape().elements();
        this.targets = backend.allocate((long) batch * classes);
        this.velocity = backend.allocate(plan.parameters().elements());
        this.loss = backend.lossKernel(new LossMemory(batch, classes, plan.output(), targets, plan.outputGradient()));
        for (List<UpdateMemory.Slice> share : UpdateShares.divide(graph.parameters(), decays, plan.threads())) {
            updates.add(backend.updateKernel(
                    new UpdateMemory(plan.parameters(), plan.gradientsOfThreads(), velocity, share)));
        }
        this.gradientSquares = new double[plan.threads()];
    }

    /** The number of samples of a step. */
    public int batch() {
        return plan.batch();
    }

    /** The number of classes. */
    public int classes() {
        return classes;
    }

    /** The flat parameter vector, running statistics included. */
    public Buffer parameters() {
        return plan.parameters();
    }

    /** The optimiser's velocity, laid out as the parameters; zero for running statistics. */
    public Buffer velocity() {
        return velocity;
    }

    /** The gradients of the last step, laid out as the parameters. */
    public Buffer gradients() {
        return plan.parameterGradients();
    }

    /** The logits (batch, classes) of the last step, computed before its update. */
    public Buffer logits() {
        return plan.output();
    }

    @Override
    public void write(float[] parameters, float[] startVelocity) {
        plan.parameters().write(parameters);
        velocity.write(startVelocity);
    }

    @Override
    public void read(float[] parameters, float[] lastVelocity) {
        plan.parameters().read(parameters);
        velocity.read(lastVelocity);
    }

    @Override
    public StepResult step(long number, ByteBuffer images, float[] labels, StepSettings settings) {
        if (images.remaining() != plan.pixels().bytes()) {
            throw new IllegalArgumentException("%d bytes of images are not the %d of a batch of %d"
                    .formatted(images.remaining(), plan.pixels().bytes(), batch()));
        }
        plan.pixels().write(images);
        return step(number, labels, settings);
    }

    /** A step on inputs that the caller has written. */
    public StepResult step(long number, float[] labels, StepSettings settings) {
        if (labels.length != batch() * classes) {
            throw new IllegalArgumentException(
                    "%d labels do not fit a batch of %d × %d classes".formatted(labels.length, batch(), classes));
        }
        targets.write(labels);
        plan.step(number);
        plan.forward();
        double value = loss.forward();
        loss.backward();
        plan.backward();
        plan.onAllThreads(
                thread -> gradientSquares[thread] = updates.get(thread).gradientSquares());
        StepResult result =
                new StepResult(value, Math.sqrt(Arrays.stream(gradientSquares).sum()));
        if (result.finite()) {
            double scale = settings.gradientScale(result.gradientNorm());
            plan.onAllThreads(thread -> updates.get(thread)
                    .update(settings.learningRate(), settings.momentum(), settings.weightDecay(), scale));
        }
        return result;
    }

    /** The plan underneath: inputs and memory. */
    public Plan plan() {
        return plan;
    }

    @Override
    public void close() {
        updates.forEach(UpdateKernel::close);
        loss.close();
        plan.close();
        velocity.close();
        targets.close();
    }
}
