package io.dcd.model.layer;

import io.dcd.engine.graph.Parameter;
import io.dcd.engine.lowering.InitialParameters;
import io.dcd.engine.lowering.ParameterSpecification;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** DL4J's view of the parameters that an {@link EngineLayer} declares. */
final class EngineParameterInitializer implements ParamInitializer {
    static final EngineParameterInitializer INSTANCE = new EngineParameterInitializer();

    private EngineParameterInitializer() {}

    @Override
    public long numParams(NeuralNetConfiguration configuration) {
        return numParams(configuration.getLayer());
    }

    @Override
    public long numParams(Layer layer) {
        return specifications(layer).stream()
                .mapToLong(ParameterSpecification::elements)
                .sum();
    }

    @Override
    public List<String> paramKeys(Layer layer) {
        return specifications(layer).stream().map(ParameterSpecification::key).toList();
    }

    @Override
    public List<String> weightKeys(Layer layer) {
        return keys(layer, Parameter.Kind.WEIGHT);
    }

    @Override
    public List<String> biasKeys(Layer layer) {
        return keys(layer, Parameter.Kind.BIAS_OR_NORMALIZATION);
    }

    @Override
    public boolean isWeightParam(Layer layer, String key) {
        return ((EngineLayer<?>) layer).kind(key) == Parameter.Kind.WEIGHT;
    }

    @Override
    public boolean isBiasParam(Layer layer, String key) {
        return ((EngineLayer<?>) layer).kind(key) == Parameter.Kind.BIAS_OR_NORMALIZATION;
    }

    @Override
    public Map<String, INDArray> init(
            NeuralNetConfiguration configuration, INDArray parametersView, boolean initializeParameters) {
        Layer layer = configuration.getLayer();
        Map<String, INDArray> parameters = views(layer, parametersView);
        for (ParameterSpecification specification : specifications(layer)) {
            configuration.addVariable(specification.key());
            if (initializeParameters) {
                float[] values = InitialParameters.draw(layer.getLayerName(), specification, configuration.getSeed());
                INDArray view = parameters.get(specification.key());
                view.assign(Nd4j.createFromArray(values).reshape(view.shape()));
            }
        }
        return parameters;
    }

    @Override
    public Map<String, INDArray> getGradientsFromFlattened(
            NeuralNetConfiguration configuration, INDArray gradientsView) {
        return views(configuration.getLayer(), gradientsView);
    }

    private static Map<String, INDArray> views(Layer layer, INDArray flat) {
        INDArray vector = flat.reshape(flat.length());
        Map<String, INDArray> views = new LinkedHashMap<>();
        long offset = 0;
        for (ParameterSpecification specification : specifications(layer)) {
            long[] shape =
                    specification.shape().stream().mapToLong(Integer::longValue).toArray();
            long end = offset + specification.elements();
            views.put(
                    specification.key(),
                    vector.get(NDArrayIndex.interval(offset, end)).reshape('c', shape));
            offset = end;
        }
        return views;
    }

    private static List<String> keys(Layer layer, Parameter.Kind kind) {
        return specifications(layer).stream()
                .filter(specification -> specification.kind() == kind)
                .map(ParameterSpecification::key)
                .toList();
    }

    private static List<ParameterSpecification> specifications(Layer layer) {
        return ((EngineLayer<?>) layer).parameterSpecifications();
    }
}
