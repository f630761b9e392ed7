//! Cases under a small law of their own: given recorded acts, when a statement comes, then a verdict and a state.

mod world;

mod editions;
mod judging;
mod loading;
mod order;
mod properties;
mod speed;
mod terms;
