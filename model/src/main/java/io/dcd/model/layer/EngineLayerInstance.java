package io.dcd.model.layer;

import io.dcd.engine.backend.Backends;
import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.reference.ReferenceBackend;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.lowering.Lowering;
import io.dcd.engine.plan.Plan;
import io.dcd.engine.plan.PlanOptions;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Runs an {@link EngineLayer} inside a plain {@code ComputationGraph}, on a plan that holds this layer alone. It is
 * there so that DL4J's own tools work; a network runs faster when the engine has all of it.
 */
final class EngineLayerInstance extends BaseLayer<EngineLayer<?>> {
    private transient Plan plan;
    private transient Shape planShape;
    private transient boolean planTrains;

    EngineLayerInstance(NeuralNetConfiguration configuration, DataType dataType) {
        super(configuration, dataType);
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        assertInputSet(false);
        applyDropOutIfNecessary(training, workspaces);
        prepare(training);
        write(paramsFlattened, plan.parameters());
        write(input, plan.input(plan.graph().inputs().get(0)));
        plan.forward();
        return read(
                plan.output(),
                workspaces,
                ArrayType.ACTIVATIONS,
                shape(plan.graph().output().shape()));
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        assertInputSet(true);
        if (plan == null || !planTrains) {
            throw new IllegalStateException(layerId() + ": no forward pass in training mode has run");
        }
        write(epsilon, plan.outputGradient());
        plan.backward();
        Gradient gradients = new DefaultGradient();
        for (Parameter parameter : plan.graph().parameters()) {
            INDArray view = gradientViews.get(parameter.key());
            double[] values = new double[parameter.elements()];
            slice(parameter.kind().trainable() ? plan.parameterGradients() : plan.parameters(), parameter)
                    .read(values);
            INDArray array =
                    Nd4j.createFromArray(values).reshape('c', view.shape()).castTo(view.dataType());
            // The updater subtracts a statistic's "gradient" as it is, so old − (old − new) = new.
            view.assign(
                    parameter.kind().trainable()
                            ? array
                            : params.get(parameter.key()).sub(array));
            gradients.setGradientFor(parameter.key(), view);
        }
        INDArray inputGradient = read(
                plan.inputGradient(plan.graph().inputs().get(0)), workspaces, ArrayType.ACTIVATION_GRAD, input.shape());
        return new Pair<>(gradients, backpropDropOutIfPresent(inputGradient));
    }

    @Override
    public boolean updaterDivideByMinibatch(String key) {
        return layerConf().kind(key).trainable();
    }

    @Override
    public boolean isPretrainLayer() {
        return false;
    }

    @Override
    public Map<String, INDArray> paramTable(boolean backpropParamsOnly) {
        return params;
    }

    @Override
    public void close() {
        super.close();
        if (plan != null) {
            plan.close();
            plan = null;
        }
    }

    private void prepare(boolean training) {
        Shape shape = inputShape();
        if (plan != null && planShape.equals(shape) && plan.batch() == input.size(0) && planTrains == training) {
            return;
        }
        close();
        Graph graph = Lowering.ofLayer(layerConf().getLayerName(), layerConf(), shape);
        int batch = Math.toIntExact(input.size(0));
        PlanOptions options = training
                ? PlanOptions.training(batch, conf().getSeed()).withInputGradients()
                : PlanOptions.inference(batch);
        String backend = dataType == DataType.DOUBLE ? ReferenceBackend.NAME : Backends.AUTO;
        plan = new Plan(graph, Backends.select(backend, 0), options);
        planShape = shape;
        planTrains = training;
    }

    private Shape inputShape() {
        return switch (input.rank()) {
            case 2 -> Shape.vector(Math.toIntExact(input.size(1)));
            case 4 ->
                new Shape(
                        Math.toIntExact(input.size(1)), Math.toIntExact(input.size(2)), Math.toIntExact(input.size(3)));
            default ->
                throw new IllegalArgumentException(
                        layerId() + ": input of rank 2 or 4 (NHWC) is needed, got " + input.shapeInfoToString());
        };
    }

    private long[] shape(Shape shape) {
        return input.rank() == 2
                ? new long[] {input.size(0), shape.channels()}
                : new long[] {input.size(0), shape.height(), shape.width(), shape.channels()};
    }

    private static Buffer slice(Buffer flat, Parameter parameter) {
        return flat.slice(parameter.offset(), parameter.elements());
    }

    private static void write(INDArray values, Buffer buffer) {
        buffer.write(values.dup('c').data().asDouble());
    }

    private INDArray read(Buffer buffer, LayerWorkspaceMgr workspaces, ArrayType type, long... shape) {
        double[] values = new double[Math.toIntExact(buffer.elements())];
        buffer.read(values);
        return workspaces
                .createUninitialized(type, dataType, shape, 'c')
                .assign(Nd4j.createFromArray(values).reshape('c', shape));
    }
}
