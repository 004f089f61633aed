package io.dcd.model.network;

import io.dcd.model.layer.LinearInitialization;
import java.util.List;
import java.util.Set;

/**
 * What a network says about the lines of the comparison that it is written in.
 *
 * @param initialization of fully connected layers
 * @param places where it can be dynamic
 * @param usualPlaces where DCD makes it dynamic unless the options say otherwise
 * @param reduction r of DCD's branches unless the options say otherwise
 * @param blocks the names of its blocks, first to last
 * @param conditionalBlocks how many of the last ones have CondConv's experts unless the options say otherwise
 */
record Conventions(
        LinearInitialization initialization,
        Set<Place> places,
        Set<Place> usualPlaces,
        int reduction,
        List<String> blocks,
        int conditionalBlocks) {
    Conventions {
        places = Set.copyOf(places);
        usualPlaces = Set.copyOf(usualPlaces);
        blocks = List.copyOf(blocks);
    }
}
