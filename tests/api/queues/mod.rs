mod purge;
mod replay;
