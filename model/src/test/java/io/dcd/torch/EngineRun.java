package io.dcd.torch;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.Buffer;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.plan.StepSettings;
import io.dcd.engine.plan.TrainingPlan;

/** Training by the engine. */
final class EngineRun implements TrainingRun {
    private final Problem problem;
    private final StepSettings settings;
    private final TrainingPlan plan;
    private double loss;
    private Buffer gradients;

    EngineRun(Problem problem, Backend backend, double learningRate) {
        this.problem = problem;
        this.settings = new StepSettings(learningRate, Problem.MOMENTUM, Problem.WEIGHT_DECAY);
        this.plan = new TrainingPlan(problem.graph(), backend, problem.batch(), 1, parameter -> true);
        plan.parameters().write(problem.parameters());
        plan.plan().input(problem.graph().inputs().get(0)).write(problem.input());
    }

    /** The values of {@code buffer}. */
    static double[] read(Buffer buffer) {
        double[] values = new double[Math.toIntExact(buffer.elements())];
        buffer.read(values);
        return values;
    }

    @Override
    public void step(long number) {
        loss = plan.step(number, problem.labels(), settings).loss();
        gradients = plan.gradients();
    }

    @Override
    public double loss() {
        return loss;
    }

    @Override
    public double[] logits() {
        return read(plan.logits());
    }

    /** Of any parameter: that of a running statistic must be zero. */
    @Override
    public double[] gradient(Parameter parameter) {
        return read(gradients.slice(parameter.offset(), parameter.elements()));
    }

    @Override
    public double[] values(Parameter parameter) {
        return read(plan.parameters().slice(parameter.offset(), parameter.elements()));
    }

    @Override
    public void close() {
        plan.close();
    }
}
